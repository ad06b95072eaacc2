#include "rookery/base/log.h"

#include <pthread.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <memory>
#include <unordered_map>

#include "rookery/base/clock.h"
#include "rookery/base/iso_time.h"
#include "rookery/base/json_writer.h"
#include "rookery/base/mutex.h"

namespace rookery::base::log {
namespace {

constexpr std::size_t kQueuedLines = 8192;
constexpr std::uint32_t kLimitedPerSecond = 20;
constexpr std::array<std::string_view, 4> kTextLevels = {"DEBUG", "INFO ", "WARN ", "ERROR"};
constexpr std::array<std::string_view, 4> kJsonLevels = {"debug", "info", "warn", "error"};

std::atomic<Level> minimum{Level::kInfo};
std::atomic<Format> format{Format::kText};

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>(
        "rookery", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    return made;
  }();
  return instance;
}

std::string threadName() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

void appendValue(JsonWriter& json, const Field& field) {
  json.key(field.key);
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    json.string(*text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    json.number(*integer);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    json.number(*real);
  } else {
    json.boolean(std::get<bool>(field.value));
  }
}

std::string jsonLine(Level level, std::string_view sentence, Fields fields, std::uint64_t hidden) {
  std::string line;
  JsonWriter json(line);
  json.beginObject();
  json.key("time").time(SystemClock().wall());
  json.key("level").string(kJsonLevels[static_cast<std::size_t>(level)]);
  json.key("thread").string(threadName());
  json.key("msg").string(sentence);
  for (const Field& field : fields) appendValue(json, field);
  if (hidden > 0) json.key("suppressed").number(hidden);
  json.endObject();
  return line;
}

bool isPlainWord(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (static_cast<std::uint8_t>(c) <= 0x20 || c == '"' || c == '=' || c == 0x7f) return false;
  }
  return true;
}

std::string textLine(Level level, std::string_view sentence, Fields fields, std::uint64_t hidden) {
  std::string line = isoTime(SystemClock().wall());
  line.append(" ").append(kTextLevels[static_cast<std::size_t>(level)]);
  line.append(" ").append(sentence);
  for (const Field& field : fields) {
    line.append(" ").append(field.key).append("=");
    const auto* text = std::get_if<std::string>(&field.value);
    if (text != nullptr && isPlainWord(*text)) {
      line.append(*text);
      continue;
    }
    std::string value;
    JsonWriter json(value);
    appendValue(json, field);
    line.append(value, field.key.size() + 3);  // without `"key":`
  }
  if (hidden > 0) line.append(" suppressed=").append(std::to_string(hidden));
  return line;
}

void put(Level level, std::string_view sentence, Fields fields, std::uint64_t hidden) {
  const std::string line = format.load(std::memory_order_relaxed) == Format::kJson
                               ? jsonLine(level, sentence, fields, hidden)
                               : textLine(level, sentence, fields, hidden);
  // The last word before an end must not be lost: errors are flushed by the writing thread.
  logger()->log(level == Level::kError ? spdlog::level::err : spdlog::level::info, line);
}

/// How often a sentence was seen in the present second. Keyed by the literal's address, so the
/// map is bounded by the program text.
class Limiter {
 public:
  /// Nothing when the line is to be suppressed, else how many were since the last one.
  bool pass(const char* sentence, std::uint64_t& hidden) {
    const std::int64_t second = SystemClock().wall() / 1000;
    const MutexLock lock(mutex_);
    State& state = states_[sentence];
    if (state.second != second) {
      state.second = second;
      state.seen = 0;
    }
    if (++state.seen > kLimitedPerSecond) {
      ++state.hidden;
      return false;
    }
    hidden = std::exchange(state.hidden, 0);
    return true;
  }

 private:
  struct State {
    std::int64_t second = 0;
    std::uint32_t seen = 0;
    std::uint64_t hidden = 0;
  };
  Mutex mutex_;
  std::unordered_map<const char*, State> states_ ROOKERY_GUARDED_BY(mutex_);
};

Limiter& limiter() {
  static Limiter instance;
  return instance;
}

}  // namespace

void start(Level level, Format chosen) {
  minimum = level;
  format = chosen;
  spdlog::init_thread_pool(kQueuedLines, 1, [] { pthread_setname_np(pthread_self(), "log"); });
  auto made = std::make_shared<spdlog::async_logger>(
      "rookery", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
      spdlog::async_overflow_policy::overrun_oldest);
  made->set_pattern("%v");
  made->set_level(spdlog::level::trace);
  made->flush_on(spdlog::level::err);
  logger() = std::move(made);
}

void stop() {
  auto plain = std::make_shared<spdlog::logger>(
      "rookery", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  plain->set_pattern("%v");
  logger() = std::move(plain);
  spdlog::shutdown();
}

void setLevel(Level level) { minimum = level; }

bool enabled(Level level) { return level >= minimum.load(std::memory_order_relaxed); }

void write(Level level, std::string_view sentence, Fields fields) {
  if (enabled(level)) put(level, sentence, fields, 0);
}

void limited(Level level, std::string_view sentence, Fields fields) {
  if (!enabled(level)) return;
  std::uint64_t hidden = 0;
  if (limiter().pass(sentence.data(), hidden)) put(level, sentence, fields, hidden);
}

}  // namespace rookery::base::log
