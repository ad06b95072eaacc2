#include "rookery/chat/account_rules.h"

#include "rookery/net/ascii.h"

#include <fmt/format.h>

#include <algorithm>

#include "rookery/base/encoding.h"

namespace rookery::chat {
namespace {

bool isAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr std::size_t kMaxLocalPart = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t kMaxDomainLabel = 63;  // RFC 1035 §2.3.4

bool isLocalPartCharacter(char c) {
  constexpr std::string_view kForbidden = "@\"(),:;<>[\\]";
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
         kForbidden.find(c) == std::string_view::npos;
}

bool isDomainLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxDomainLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return isAlphanumeric(c) || c == '-';
         });
}

bool isDomain(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!isDomainLabel(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool isEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at > kMaxLocalPart) return false;
  const std::string_view local = text.substr(0, at);
  return text.size() <= kMaxEmail && base::isUtf8(text) &&
         std::all_of(local.begin(), local.end(), isLocalPartCharacter) &&
         isDomain(text.substr(at + 1));
}

}  // namespace

bool isUsernameCharacter(char c) { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; }

std::optional<std::string> usernameProblem(std::string_view username) {
  if (username.size() >= kMinUsername && username.size() <= kMaxUsername &&
      std::all_of(username.begin(), username.end(), isUsernameCharacter)) {
    return std::nullopt;
  }
  return fmt::format("username must have {} to {} letters, digits, hyphens, underscores or dots",
                     kMinUsername, kMaxUsername);
}

std::optional<std::string> emailProblem(std::string_view email) {
  if (isEmail(email)) return std::nullopt;
  return "email must be an e-mail address";
}

std::optional<std::string> passwordProblem(std::string_view password) {
  if (password.empty()) return "password is required";
  if (password.size() > kMaxPassword) {
    return fmt::format("password must have at most {} bytes", kMaxPassword);
  }
  return std::nullopt;
}

bool sameEmail(std::string_view a, std::string_view b) { return net::equalsIgnoringCase(a, b); }

}  // namespace rookery::chat
