#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What an account may be called: one set of rules for sign-up over REST and for `rookery user`.
/// Each function answers nothing when the text will do, else an explanation that names the field
/// and may be shown to the person who typed it. Never repeats the text itself.
/// Thread: any.
namespace rookery::chat {

inline constexpr std::size_t kMinUsername = 3;
inline constexpr std::size_t kMaxUsername = 64;
inline constexpr std::size_t kMaxEmail = 254;  ///< RFC 5321 §4.5.3.1.3, less its angle brackets
inline constexpr std::size_t kMaxPassword = 1024;

[[nodiscard]] bool isUsernameCharacter(char c);
/// Format: rest.md, POST /users/signup.
[[nodiscard]] std::optional<std::string> usernameProblem(std::string_view username);
/// `local@domain` as browsers check it; no comments, no quotes. Whether it exists only a mail can
/// tell.
[[nodiscard]] std::optional<std::string> emailProblem(std::string_view email);
/// Whether two addresses are the same but for the case of ASCII letters, as the store has it.
[[nodiscard]] bool sameEmail(std::string_view a, std::string_view b);
/// The contract has no rule but that there is one; the upper bound keeps hashing short.
[[nodiscard]] std::optional<std::string> passwordProblem(std::string_view password);

}  // namespace rookery::chat
