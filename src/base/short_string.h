#pragma once

#include <boost/container/string.hpp>

namespace rookery::base {

/// A text of up to 22 characters lies in the 24 bytes of the object itself: the 20 of an id of
/// Engine.IO or Socket.IO, for which std::string asks for memory beside its own 32 bytes.
using ShortString = boost::container::string;

}  // namespace rookery::base
