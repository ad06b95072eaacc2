#include "rookery/chat/search_query.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr std::size_t kMostTerms = 20;

/// Punctuation alone is no word in any index.
bool hasLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
  });
}

/// `2026-01-31`, the first moment of that day in UTC.
std::optional<base::WallMs> dayOf(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = -1;
    const char* const begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + count, value);
    return error == std::errc() && end == begin + count ? value : -1;
  };
  using namespace std::chrono;
  const year_month_day day(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                           std::chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!day.ok() || number(0, 4) < 1970) return std::nullopt;
  return duration_cast<milliseconds>(sys_days(day).time_since_epoch()).count();
}

/// Cuts the next piece off: up to white space, or a whole phrase in quotes.
std::string_view take(std::string_view& rest, bool& isPhrase) {
  const std::size_t begin = rest.find_first_not_of(" \t\r\n");
  rest.remove_prefix(std::min(begin, rest.size()));
  isPhrase = rest.starts_with('"');
  if (isPhrase) rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find_first_of(isPhrase ? "\"" : " \t\r\n"), rest.size());
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + (isPhrase ? 1 : 0), rest.size()));
  return piece;
}

/// Whether `piece` is a filter of that name; `value` is what it says.
bool isFilter(std::string_view piece, std::string_view name, std::string_view& value) {
  if (!piece.starts_with(name) || piece.size() == name.size()) return false;
  value = piece.substr(name.size());
  return true;
}

base::Result<bool> takeFilter(ParsedQuery& query, std::string_view piece) {
  std::string_view value;
  if (isFilter(piece, "from:", value)) {
    query.from = value.substr(value.starts_with('@') ? 1 : 0);
  } else if (isFilter(piece, "in:", value)) {
    query.in = value.substr(value.starts_with('#') ? 1 : 0);
  } else if (isFilter(piece, "before:", value)) {
    query.before = dayOf(value);
    if (!query.before)
      return base::fail(ErrorCode::kInvalidPayload, "before: takes a day, 2026-01-31");
  } else if (isFilter(piece, "after:", value)) {
    query.notBefore = dayOf(value);
    if (!query.notBefore)
      return base::fail(ErrorCode::kInvalidPayload, "after: takes a day, 2026-01-31");
  } else {
    return false;
  }
  return true;
}

}  // namespace

base::Result<ParsedQuery> parseQuery(std::string_view text) {
  ParsedQuery query;
  bool isPhrase = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view piece = take(rest, isPhrase);
    if (!isPhrase) {
      const auto isTaken = takeFilter(query, piece);
      if (!isTaken) return base::fail(isTaken.error());
      if (*isTaken) continue;
    }
    if (!hasLetter(piece)) continue;
    const bool isPrefix = !isPhrase && piece.ends_with('*');
    query.terms.push_back(
        {std::string(piece.substr(0, piece.size() - (isPrefix ? 1 : 0))), isPrefix});
    if (query.terms.size() > kMostTerms) {
      return base::fail(ErrorCode::kInvalidPayload, "query has too many words");
    }
  }
  if (query.terms.empty()) {
    return base::fail(ErrorCode::kInvalidPayload, "query must have a word to look for");
  }
  return query;
}

}  // namespace rookery::chat
