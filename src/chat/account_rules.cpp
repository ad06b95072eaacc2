#include "rookery/chat/account_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "rookery/base/encoding.h"

namespace rookery::chat {
namespace {

bool isAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool isUsernameCharacter(char c) { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; }

/// RFC 5321 §4.1.2, Dot-string, and RFC 6531 §3.3: whatever is beyond ASCII may stand in it.
bool isLocalPartCharacter(char c) {
  constexpr std::string_view kSpecials = "!#$%&'*+-/=?^_`{|}~.";
  return isAlphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
         kSpecials.find(c) != std::string_view::npos;
}

bool isDomainCharacter(char c) {
  return isAlphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 || c == '-' || c == '.';
}

bool hasEmptyLabel(std::string_view dotted) {
  return dotted.empty() || dotted.front() == '.' || dotted.back() == '.' ||
         dotted.find("..") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> usernameProblem(std::string_view username) {
  if (username.size() < kMinUsername || username.size() > kMaxUsername) {
    return fmt::format("username must have {} to {} characters", kMinUsername, kMaxUsername);
  }
  if (!std::all_of(username.begin(), username.end(), isUsernameCharacter)) {
    return "username may contain letters, digits, '-', '_' and '.' only";
  }
  return std::nullopt;
}

std::optional<std::string> emailProblem(std::string_view email) {
  if (email.empty()) return "email is required";
  if (email.size() > kMaxEmail) {
    return fmt::format("email must have at most {} characters", kMaxEmail);
  }
  const std::size_t at = email.find('@');
  const bool isAddress = at != std::string_view::npos && base::isUtf8(email);
  const std::string_view local = email.substr(0, isAddress ? at : 0);
  const std::string_view domain = isAddress ? email.substr(at + 1) : std::string_view();
  if (hasEmptyLabel(local) || hasEmptyLabel(domain) ||
      !std::all_of(local.begin(), local.end(), isLocalPartCharacter) ||
      !std::all_of(domain.begin(), domain.end(), isDomainCharacter)) {
    return "email must be an e-mail address";
  }
  return std::nullopt;
}

std::optional<std::string> passwordProblem(std::string_view password) {
  if (password.empty()) return "password is required";
  if (password.size() > kMaxPassword) {
    return fmt::format("password must have at most {} bytes", kMaxPassword);
  }
  return std::nullopt;
}

}  // namespace rookery::chat
