#include "settings.h"

#include <getopt.h>

#include <array>
#include <charconv>
#include <cstring>

namespace rookery::conformance {
namespace {

constexpr std::array<option, 13> kFlags = {{
    {"listen", required_argument, nullptr, 'l'},
    {"scenario", required_argument, nullptr, 's'},
    {"ping-interval", required_argument, nullptr, 'i'},
    {"ping-timeout", required_argument, nullptr, 't'},
    {"connect-timeout", required_argument, nullptr, 'c'},
    {"max-payload", required_argument, nullptr, 'p'},
    {"recovery", required_argument, nullptr, 'r'},
    {"eio3", no_argument, nullptr, '3'},
    {"deflate", no_argument, nullptr, 'd'},
    {"msgpack", no_argument, nullptr, 'm'},
    {"redis", required_argument, nullptr, '-'},
    {"adapter", required_argument, nullptr, '-'},
    {nullptr, 0, nullptr, 0},
}};

base::Result<std::size_t> number(std::string_view flag, std::string_view text) {
  constexpr std::size_t kMost = 1'000'000'000;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > kMost) {
    return base::fail(base::ErrorCode::kInvalidPayload,
                      "--" + std::string(flag) + " needs a number from 1 to 1000000000, not '" +
                          std::string(text) + "'");
  }
  return value;
}

base::Result<bool> take(Settings& settings, int letter, const option& flag) {
  if (letter == '-') {
    return base::fail(base::ErrorCode::kNotFound,
                      "--" + std::string(flag.name) + ": not available yet");
  }
  if (letter == 'l' || letter == 's') {
    (letter == 'l' ? settings.listen : settings.scenario) = optarg;
    return true;
  }
  if (letter == 'd' || letter == '3' || letter == 'm') {
    (letter == 'd'   ? settings.deflate
     : letter == '3' ? settings.eio3
                     : settings.msgpack) = true;
    return true;
  }
  const auto value = number(flag.name, optarg);
  if (!value) return base::fail(value.error());
  if (letter == 'p') {
    settings.maxPayload = *value;
    return true;
  }
  auto& duration = letter == 'i'   ? settings.pingInterval
                   : letter == 't' ? settings.pingTimeout
                   : letter == 'r' ? settings.recovery
                                   : settings.connectTimeout;
  duration = std::chrono::milliseconds(*value);
  return true;
}

}  // namespace

engineio::Options Settings::engine(std::chrono::milliseconds interval,
                                   std::chrono::milliseconds timeout, std::size_t payload) const {
  engineio::Options options;
  options.pingInterval = pingInterval.value_or(interval);
  options.pingTimeout = pingTimeout.value_or(timeout);
  options.maxHttpBufferSize = maxPayload.value_or(payload);
  options.deflate.enabled = deflate;
  options.allowEio3 = eio3;
  // Whole messages of the largest size come back, several at a time.
  options.maxQueuedBytes = 64 * 1024 * 1024;
  return options;
}

socketio::Options Settings::sockets(std::chrono::milliseconds connectWithin,
                                    std::chrono::milliseconds recoverWithin) const {
  socketio::Options options;
  options.connectTimeout = connectTimeout.value_or(connectWithin);
  if (msgpack) options.parser = socketio::Parser::kMsgpack;
  options.recovery.window = recovery.value_or(recoverWithin);
  return options;
}

base::Result<Settings> parse(int count, char** arguments) {
  Settings settings;
  opterr = 0;
  for (int index = 0;;) {
    const int letter = getopt_long(count, arguments, "", kFlags.data(), &index);
    if (letter == -1) break;
    if (letter == '?') {
      return base::fail(
          base::ErrorCode::kInvalidPayload,
          "unknown flag, or one without its value: " + std::string(arguments[optind - 1]));
    }
    if (auto taken = take(settings, letter, kFlags[static_cast<std::size_t>(index)]); !taken) {
      return base::fail(taken.error());
    }
  }
  if (optind < count) {
    return base::fail(base::ErrorCode::kInvalidPayload,
                      "unexpected argument: " + std::string(arguments[optind]));
  }
  if (settings.scenario.empty()) {
    return base::fail(base::ErrorCode::kInvalidPayload, "--scenario is missing");
  }
  return settings;
}

std::string_view usage() {
  return "usage: conformance --listen HOST:PORT --scenario NAME [--ping-interval MS]\n"
         "         [--ping-timeout MS] [--max-payload BYTES] [--connect-timeout MS]\n"
         "         [--recovery MS] [--eio3] [--deflate] [--msgpack]\n"
         "scenarios: engineio, socketio, socketio-client, engineio-client, websocket-echo, "
         "recovery\n";
}

}  // namespace rookery::conformance
