// A server for conformance suites to run against, on the library's own layers.

#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "rookery/base/log.h"
#include "scenarios.h"
#include "settings.h"

namespace {

using namespace rookery;

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;

using Serve = base::Result<void> (*)(const conformance::Settings&);

constexpr std::pair<std::string_view, Serve> kScenarios[] = {
    {"engineio", conformance::serveEngineIo},
    {"engineio-client", conformance::serveEngineIoClient},
    {"recovery", conformance::serveRecovery},
    {"socketio", conformance::serveSocketIo},
    {"socketio-client", conformance::serveSocketIoClient},
    {"websocket-echo", conformance::serveWebSocketEcho},
};

int wrongUse(std::string_view why) {
  std::fprintf(stderr, "conformance: %.*s\n%.*s", static_cast<int>(why.size()), why.data(),
               static_cast<int>(conformance::usage().size()), conformance::usage().data());
  return kWrongUse;
}

}  // namespace

int main(int count, char** arguments) {
  for (const char* const argument : std::span(arguments, static_cast<std::size_t>(count))) {
    if (std::strcmp(argument, "--help") == 0) {
      std::fputs(conformance::usage().data(), stdout);
      return 0;
    }
  }
  const auto settings = conformance::parse(count, arguments);
  if (!settings) return wrongUse(settings.error().message);
  if (settings->scenario == "cluster") return wrongUse("cluster: not available yet");
  for (const auto& [name, serve] : kScenarios) {
    if (name != settings->scenario) continue;
    const auto served = serve(*settings);
    if (served) return 0;
    std::fprintf(stderr, "conformance: %s\n", served.error().message.c_str());
    return kFailed;
  }
  return wrongUse("unknown scenario '" + settings->scenario + "'");
}
