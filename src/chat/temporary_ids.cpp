#include "rookery/chat/temporary_ids.h"

#include <charconv>

#include "rookery/chat/message_json.h"

namespace rookery::chat {
namespace {

constexpr std::string_view kPrefix = "temp_";
constexpr std::size_t kTemporaryIdBytes = 28;  // and no more may be hashed and compared
constexpr std::uint32_t kMostRead = 10'000;

/// The first id of that second: an ObjectId begins with it.
base::ObjectId firstOf(base::WallMs second) {
  base::ObjectId id;
  for (std::size_t i = 0; i < 4; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(second >> (8 * (3 - i)));
  }
  return id;
}

}  // namespace

store::Result<std::optional<store::StoredMessage>> messageByTemporaryId(store::Reader& reader,
                                                                        std::string_view text) {
  using Found = std::optional<store::StoredMessage>;
  if (!text.starts_with(kPrefix) || text.size() != kTemporaryIdBytes) return Found();
  base::WallMs made = 0;
  const std::string_view digits = text.substr(kPrefix.size());
  if (std::from_chars(digits.data(), digits.data() + 13, made).ec != std::errc()) return Found();
  // The id was given a moment before the time.
  auto messages =
      reader.messagesBetween(firstOf(made / 1000 - 1), firstOf(made / 1000 + 1), kMostRead);
  if (!messages) return base::fail(messages.error());
  for (store::StoredMessage& one : *messages) {
    if (one.createdAt == made && TemporaryId(one).text() == text) return Found(std::move(one));
  }
  return Found();
}

}  // namespace rookery::chat
