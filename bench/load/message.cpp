#include "load/message.h"

#include <fmt/format.h>

#include <iterator>

namespace rookery::bench {
namespace {

constexpr std::size_t kTexts = 64;
constexpr std::size_t kMostBytes = 64 * 1024;

std::string letters(std::size_t bytes) {
  std::string text;
  std::uint32_t state = 2463534242U;
  for (std::size_t i = 0; i < bytes; ++i) {
    state ^= state << 13U;
    state ^= state >> 17U;
    state ^= state << 5U;
    text += state % 6 == 0 ? ' ' : static_cast<char>('a' + state % 26);
  }
  return text;
}

}  // namespace

std::string_view textFor(std::uint64_t message, std::size_t bytes) {
  static const std::string text = letters(kMostBytes + kTexts);
  return std::string_view(text).substr(message % kTexts, bytes);
}

void appendMessage(std::string& packet, const Conversation& conversation, std::uint64_t ackId,
                   std::string_view clientMessageId, std::string_view body) {
  const bool isChannel = conversation.isChannel();
  fmt::format_to(std::back_inserter(packet),
                 R"(42{}["{}",{{"{}":"{}","body":"{}","clientMessageId":"{}"}}])", ackId,
                 isChannel ? "NewMessage" : "roomMessage", isChannel ? "channelId" : "roomId",
                 conversation.id, body, clientMessageId);
}

}  // namespace rookery::bench
