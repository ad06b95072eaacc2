#pragma once

#include <string_view>

#include <boost/container/string.hpp>

namespace rookery::base {

/// A text of up to 22 characters lies in the 24 bytes of the object itself: the 20 of an id of
/// Engine.IO or Socket.IO, for which std::string asks for memory beside its own 32 bytes.
using ShortString = boost::container::string;

[[nodiscard]] inline std::string_view viewOf(const ShortString& text) {
  return {text.data(), text.size()};
}

}  // namespace rookery::base
