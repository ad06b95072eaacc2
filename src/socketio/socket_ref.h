#pragma once

#include <cstdint>

namespace rookery::socketio {

/// Names a socket from anywhere: one that is gone is simply not found. Generation 0: nobody.
struct SocketRef {
  std::uint32_t loop = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;

  bool operator==(const SocketRef&) const = default;
  [[nodiscard]] explicit operator bool() const { return generation != 0; }
};

}  // namespace rookery::socketio
