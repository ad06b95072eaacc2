#include "rookery/app/serve.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <functional>

#include "rookery/app/exit_code.h"
#include "rookery/app/server_process.h"
#include "rookery/base/log.h"

namespace rookery::app {
namespace {

using namespace std::chrono_literals;

constexpr int kBrokenSignal = SIGUSR1;  // what the store's thread wakes the main thread with
constexpr std::chrono::milliseconds kSweepEvery{10'000};
constexpr std::chrono::milliseconds kStep{10};
constexpr std::chrono::milliseconds kFlushPatience{2'000};

/// The signals that the main thread waits for; blocked in all threads, so before any starts.
sigset_t takeSignals() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file at its limit is a full disk, not the end of the process
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP, kBrokenSignal}) sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Each connection takes a descriptor: as many as the system lets this process have.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// The next signal, or 0 after `longest`.
int waitForSignal(const sigset_t& signals, std::chrono::milliseconds longest) {
  timespec wait{};
  wait.tv_sec = longest.count() / 1000;
  wait.tv_nsec = longest.count() % 1000 * 1'000'000;
  const int got = sigtimedwait(&signals, nullptr, &wait);
  return got > 0 ? got : 0;
}

bool asksToStop(int signal) { return signal == SIGTERM || signal == SIGINT; }

/// Waits until `done` or the deadline; false when a signal asks to stop at once.
bool waitUntil(const sigset_t& signals, base::SteadyTime deadline,
               const std::function<bool()>& done) {
  while (!done() && std::chrono::steady_clock::now() < deadline) {
    const int signal = waitForSignal(signals, kStep);
    if (asksToStop(signal) || signal == kBrokenSignal) return false;
  }
  return true;
}

void drain(ServerProcess& server, const Config& config, const sigset_t& signals) {
  const base::SteadyTime begin = std::chrono::steady_clock::now();
  const base::SteadyTime end = begin + config.drain.timeout;
  base::log::info("draining");
  server.beginDrain();
  if (!waitUntil(signals, end, [&] { return server.isCommitted(); })) return;
  if (!server.isCommitted()) {
    base::log::warn("drain timed out: what is in doubt is decided by the next start");
  }
  // Load balancers are to see that this server is not ready before its listeners close.
  if (!waitUntil(signals, std::min(end, begin + config.drain.grace), [] { return false; })) return;
  server.closeConnections();
  const base::SteadyTime flushed = std::chrono::steady_clock::now() + kFlushPatience;
  waitUntil(signals, std::min(end, flushed), [&] { return server.isClosed(); });
}

/// On SIGHUP: keys, certificates and the level of the log are taken over; what else has changed is
/// for the next start.
void reload(ServerProcess& server, Config& running, const ReadConfig& readAgain) {
  const auto loaded = readAgain();
  if (!loaded) {
    base::log::error("the configuration stays as it was", {{"error", loaded.error().message}});
    return;
  }
  Config fresh = loaded->config;
  server.reload(fresh);
  base::log::setLevel(fresh.log.level);
  running.auth = fresh.auth;
  running.log.level = fresh.log.level;
  for (const Setting& setting : settings()) {
    if (setting.shown(running) == setting.shown(fresh)) continue;
    base::log::warn("a setting has changed: it takes a restart", {{"setting", setting.name}});
  }
}

/// Runs until a signal ends it.
ExitCode run(ServerProcess& server, const Config& given, const ReadConfig& readAgain,
             const sigset_t& signals) {
  Config config = given;
  while (true) {
    const int signal = waitForSignal(signals, kSweepEvery);
    if (signal == kBrokenSignal) return ExitCode::kFailed;
    if (asksToStop(signal)) {
      drain(server, config, signals);
      return ExitCode::kDone;
    }
    if (signal == SIGHUP) reload(server, config, readAgain);
    server.sweep();
  }
}

}  // namespace

int serve(const Config& config, const ReadConfig& readAgain) {
  const sigset_t signals = takeSignals();
  raiseDescriptorLimit();
  base::log::start(config.log.level, config.log.format);
  ExitCode exitCode = ExitCode::kDone;
  {
    auto server = ServerProcess::start(config, [] { kill(getpid(), kBrokenSignal); });
    if (!server) {
      base::log::stop();
      std::fprintf(stderr, "rookery: %s\n", server.error().message.c_str());
      return static_cast<int>(server.error().ofStore ? ExitCode::kStoreCannotOpen
                                                     : ExitCode::kFailed);
    }
    std::printf("listening on %s\n", (*server)->url().c_str());
    std::fflush(stdout);
    exitCode = run(**server, config, readAgain, signals);
    if (exitCode != ExitCode::kDone) {
      // What is in doubt must not be touched: the restart reads what is really there.
      base::log::stop();
      _exit(static_cast<int>(exitCode));
    }
  }
  base::log::info("stopped");
  base::log::stop();
  return static_cast<int>(exitCode);
}

}  // namespace rookery::app
