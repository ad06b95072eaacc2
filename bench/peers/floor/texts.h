#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the floor reads and writes: the same bytes as a chat server, made with the least work.
/// Thread: any.
namespace rookery::bench::floor {

struct Wish {
  enum class What : std::uint8_t { kJoin, kMessage };
  What what = What::kJoin;
  bool isChannel = true;
  std::string_view ackId;  ///< digits
  std::string_view conversation;
  std::string_view body;
  std::string_view clientMessageId;
};

/// Reads `42<ack>["<event>",{…}]` as the load generator writes it; nothing else is understood.
[[nodiscard]] std::optional<Wish> readWish(std::string_view packet);

/// Whole WebSocket frames, unmasked.
[[nodiscard]] std::string textFrame(std::string_view text);
[[nodiscard]] std::string optimisticFrame(const Wish& wish, std::uint64_t seq);
[[nodiscard]] std::string confirmedFrame(const Wish& wish, std::uint64_t seq);
[[nodiscard]] std::string ackFrame(const Wish& wish, std::uint64_t seq);

}  // namespace rookery::bench::floor
