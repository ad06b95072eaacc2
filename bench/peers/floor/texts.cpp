#include "peers/floor/texts.h"

#include <fmt/format.h>

namespace rookery::bench::floor {
namespace {

constexpr std::string_view kUser =
    R"({"_id":"6565f0a1b2c3d4e5f6a7b8c9","username":"user-1000","email":"user-1000@example.org",)"
    R"("avatar":"http://127.0.0.1:30000/avatar/default.png"})";
constexpr std::string_view kTime = "2026-01-31T09:30:00.123Z";
constexpr std::string_view kTempId = "temp_1764040000000_abcdefghi";
constexpr std::string_view kId = "6565f0a1b2c3d4e5f6a7b8c9";
constexpr std::size_t kShort = 125;

std::string_view between(std::string_view text, std::string_view before, char after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(after));
}

std::string confirmedJson(const Wish& wish, std::uint64_t seq) {
  const char* const place = wish.isChannel ? "channelId" : "roomId";
  return fmt::format(
      R"({{"_id":"{}","tempId":"{}","clientMessageId":"{}","seq":{},"body":"{}","image":null,)"
      R"("imageKey":null,"status":"unread","{}":{{"_id":"{}","name":"channel-1","workspaceId":"{}",)"
      R"("createdAt":"{}","updatedAt":"{}"}},"workspaceId":"{}","senderId":{},"createdAt":"{}",)"
      R"("updatedAt":"{}","commitNo":{},"isConfirmed":true,"_doc":{{"_id":"{}","tempId":"{}",)"
      R"("{}":"{}","body":"{}","createdAt":"{}"}}}})",
      kId, kTempId, wish.clientMessageId, seq, wish.body, place, wish.conversation, kId, kTime,
      kTime, kId, kUser, kTime, kTime, seq, kId, kTempId, place, wish.conversation, wish.body,
      kTime);
}

}  // namespace

std::optional<Wish> readWish(std::string_view packet) {
  if (!packet.starts_with("42")) return std::nullopt;
  const std::size_t bracket = packet.find('[');
  if (bracket == std::string_view::npos) return std::nullopt;
  Wish wish;
  wish.ackId = packet.substr(2, bracket - 2);
  packet.remove_prefix(bracket);
  wish.isChannel =
      packet.starts_with(R"(["JoinChannel")") || packet.starts_with(R"(["NewMessage")");
  const bool isMessage =
      packet.starts_with(R"(["NewMessage")") || packet.starts_with(R"(["roomMessage")");
  wish.what = isMessage ? Wish::What::kMessage : Wish::What::kJoin;
  wish.conversation = between(packet, wish.isChannel ? R"("channelId":")" : R"("roomId":")", '"');
  wish.body = between(packet, R"("body":")", '"');
  wish.clientMessageId = between(packet, R"("clientMessageId":")", '"');
  return wish;
}

std::string textFrame(std::string_view text) {
  std::string frame = "\x81";
  if (text.size() <= kShort) {
    frame += static_cast<char>(text.size());
  } else if (text.size() <= 0xffff) {
    frame += '\x7e';
    frame += static_cast<char>(text.size() >> 8);
    frame += static_cast<char>(text.size() & 0xff);
  } else {
    frame += '\x7f';
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(text.size() >> shift);
  }
  return frame.append(text);
}

std::string optimisticFrame(const Wish& wish, std::uint64_t seq) {
  return textFrame(fmt::format(
      R"(42["{}",{{"_id":"{}","clientMessageId":"{}","seq":{},"body":"{}","image":null,)"
      R"("imageKey":null,"status":"unread","{}":"{}","workspaceId":"{}","senderId":{},)"
      R"("createdAt":"{}","updatedAt":"{}","isOptimistic":true}}])",
      wish.isChannel ? "NewMessageReceived" : "roomMessageRecieved", kTempId, wish.clientMessageId,
      seq, wish.body, wish.isChannel ? "channelId" : "roomId", wish.conversation, kId, kUser, kTime,
      kTime));
}

std::string confirmedFrame(const Wish& wish, std::uint64_t seq) {
  return textFrame(fmt::format(R"(42["{}",{}])",
                               wish.isChannel ? "channelMessageConfirmed" : "roomMessageConfirmed",
                               confirmedJson(wish, seq)));
}

std::string ackFrame(const Wish& wish, std::uint64_t seq) {
  return textFrame(fmt::format(R"(43{}[{{"success":true,"message":"Message sent","data":{}}}])",
                               wish.ackId, confirmedJson(wish, seq)));
}

}  // namespace rookery::bench::floor
