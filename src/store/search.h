#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/store/records.h"

namespace rookery::store {

/// What is looked for: messages that have all of `terms`.
struct SearchQuery {
  struct Term {
    std::string text;  ///< one word, or several that follow each other; letters or digits in it
    bool isPrefix = false;  ///< its last word may go on
  };
  std::vector<Term> terms;
  std::vector<ObjectId> conversations;  ///< that are looked through
  std::optional<ObjectId> sender;
  WallMs from = 0;
  WallMs to = 253'402'300'800'000;  ///< exclusive
  std::uint64_t before = 0;         ///< SearchHit::place of the last hit that is known; 0: none
  std::uint32_t limit = 20;
};

/// Marks around what was found in a snippet: no text has them.
inline constexpr char kHitBegins = '\x02';
inline constexpr char kHitEnds = '\x03';
/// Stands for `<`, which PostgreSQL would take for the beginning of a tag.
inline constexpr char kLessThan = '\x04';

struct SearchHit {
  StoredMessage message;
  std::uint64_t place = 0;  ///< later ones are newer; kept when a message is edited
  std::string snippet;      ///< with the marks
};

/// A message for the index. Empty `text`: it is taken out.
struct SearchText {
  ObjectId messageId;
  ObjectId conversationId;
  ObjectId senderId;
  WallMs createdAt = 0;
  std::string text;
};

}  // namespace rookery::store
