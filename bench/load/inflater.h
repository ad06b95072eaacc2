#pragma once

#include <zlib.h>

#include <optional>
#include <string_view>
#include <vector>

namespace rookery::bench {

/// Messages compressed by permessage-deflate without context takeover. Format: RFC 7692 §7.2.2.
/// Thread: owner.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Good until the next call; nothing when `payload` is no such message.
  [[nodiscard]] std::optional<std::string_view> inflate(std::string_view payload);

 private:
  z_stream stream_{};
  std::vector<char> out_;
};

}  // namespace rookery::bench
