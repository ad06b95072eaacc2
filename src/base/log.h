#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace rookery::base::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };
enum class Format : std::uint8_t { kText, kJson };

/// A named value of a log line. Names: socket user conversation event seq code peer bytes
/// durationMs error. Never a body, a token or a password.
struct Field {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool> value;

  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <typename Integer>
    requires std::is_integral_v<Integer>
  Field(std::string_view k, Integer v) : key(k), value(static_cast<std::int64_t>(v)) {}
};
using Fields = std::initializer_list<Field>;

/// Before any other thread starts. Lines go to standard error, written by a thread of their own:
/// when that thread falls behind by 8 192 lines the oldest are dropped, so that no loop waits.
void start(Level level, Format format);
/// Writes out what is queued. After it, lines are written by the calling thread.
void stop();

/// Thread: any, as all below.
void setLevel(Level level);
[[nodiscard]] bool enabled(Level level);
/// `sentence` is fixed; what varies stands in the fields.
void write(Level level, std::string_view sentence, Fields fields = {});
/// For what a client can provoke: at most 20 lines a second of each sentence (a literal); the
/// next one that is let through says in `suppressed` how many were not.
void limited(Level level, std::string_view sentence, Fields fields = {});

inline void debug(std::string_view sentence, Fields fields = {}) {
  write(Level::kDebug, sentence, fields);
}
inline void info(std::string_view sentence, Fields fields = {}) {
  write(Level::kInfo, sentence, fields);
}
inline void warn(std::string_view sentence, Fields fields = {}) {
  write(Level::kWarn, sentence, fields);
}
/// Someone must act.
inline void error(std::string_view sentence, Fields fields = {}) {
  write(Level::kError, sentence, fields);
}

}  // namespace rookery::base::log
