// The load generator: many Socket.IO clients in one process, led line by line over standard input;
// every command is answered by one line of JSON (bench/README.md).

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <map>
#include <sstream>

#include "load/closed_loop.h"
#include "load/fleet.h"
#include "load/open_loop.h"

namespace rookery::bench {
namespace {

constexpr double kMicrosecond = 1e3;

struct Flags {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3000;
  std::string lists;
  std::string kind = "channels";
  std::string transport = "websocket";
  std::uint32_t addresses = 8;
  bool tls = false;
  bool deflate = false;
};

/// `name=value` words behind a command.
class Words {
 public:
  explicit Words(const std::string& line) {
    std::istringstream in(line);
    in >> command_;
    for (std::string word; in >> word;) {
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) values_[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  [[nodiscard]] const std::string& command() const { return command_; }
  [[nodiscard]] double number(const std::string& name, double otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::strtod(found->second.c_str(), nullptr);
  }
  [[nodiscard]] std::size_t count(const std::string& name, std::size_t otherwise) const {
    return static_cast<std::size_t>(number(name, static_cast<double>(otherwise)));
  }

 private:
  std::string command_;
  std::map<std::string, std::string> values_;
};

void answer(const std::string& json) {
  std::fputs((json + "\n").c_str(), stdout);
  std::fflush(stdout);
}

std::string microseconds(const Histogram& histogram) {
  const auto at = [&](double fraction) {
    return static_cast<double>(histogram.at(fraction)) / kMicrosecond;
  };
  return fmt::format(
      R"({{"count":{},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p999":{:.1f},"max":{:.1f}}})",
      histogram.count(), at(0.5), at(0.9), at(0.99), at(0.999),
      static_cast<double>(histogram.most()) / kMicrosecond);
}

std::string counts(const Ledger::Tally& tally) {
  return fmt::format(
      R"("sent":{},"acked":{},"refused":{},"failed":{},"missing":{},"doubled":{},"disordered":{},)"
      R"("foreign":{})",
      tally.sent, tally.acked, tally.refused, tally.failed, tally.missing, tally.doubled,
      tally.disordered, tally.foreign);
}

/// Tells when the measured time begins and ends.
void mark(std::string_view at) { answer(fmt::format(R"({{"at":"{}"}})", at)); }

std::string quoted(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '"' || c == '\\' || c < ' ' ? '\'' : c;
  return "\"" + safe + "\"";
}

class Commands {
 public:
  explicit Commands(Fleet& fleet) : fleet_(fleet) {}

  /// False when it was the last one.
  bool carryOut(const Words& words) {
    const std::string& command = words.command();
    if (command == "connect")
      connect(words);
    else if (command == "join")
      answer(fmt::format(R"({{"refused":{}}})", fleet_.joinAll()));
    else if (command == "run")
      run(words);
    else if (command == "ask")
      ask(words);
    else if (command == "idle")
      idle(words);
    else if (command == "stop")
      stop(words);
    else if (command == "vanish")
      vanish(words);
    else if (command == "quit")
      return false;
    else
      answer(R"({"error":"no such command"})");
    return true;
  }

 private:
  void connect(const Words& words) {
    const auto done = fleet_.connect(words.count("count", fleet_.clients().size()),
                                     words.count("window", 256), words.number("rate", 0));
    std::string failures;
    for (const auto& [why, count] : done.failures) {
      failures += fmt::format("{}{}:{}", failures.empty() ? "" : ",", quoted(why), count);
    }
    answer(
        fmt::format(R"({{"ready":{},"failed":{},"seconds":{:.4f},"latency":{},"failures":{{{}}}}})",
                    done.ready, done.failed, done.seconds, microseconds(done.latency), failures));
  }

  void run(const Words& words) {
    OpenLoop::Spec spec;
    spec.rate = words.number("rate", 100);
    spec.seconds = words.number("seconds", 3);
    spec.warmup = words.number("warmup", 1);
    spec.drain = words.number("drain", spec.drain);
    spec.bodyBytes = words.count("body", spec.bodyBytes);
    spec.bustle = {.typing = words.number("typing", 0),
                   .read = words.number("read", 0),
                   .react = words.number("react", 0),
                   .presence = words.number("presence", 0),
                   .flaps = words.number("flaps", 0),
                   .flappers = words.count("flappers", 0)};
    OpenLoop loop(fleet_, spec, mark);
    const OpenLoop::Outcome outcome = loop.run();
    const Ledger& ledger = fleet_.ledger();
    answer(fmt::format(
        R"({{"at":"result","rate":{},"seconds":{},"events":{},"bytes":{},{},"lost":{},"lastLoss":{},)"
        R"("bustle":{},"drained":{:.3f},"lateness":{},"delivery":{},"confirm":{},"ack":{}}})",
        spec.rate, spec.seconds, outcome.events, outcome.bytes, counts(outcome.tally), outcome.lost,
        quoted(fleet_.lastLoss()), outcome.bustle, outcome.drained, microseconds(outcome.lateness),
        microseconds(ledger.delivery), microseconds(ledger.confirm), microseconds(ledger.ack)));
  }

  void ask(const Words& words) {
    const ClosedLoop::Spec spec{.senders = words.count("senders", 1),
                                .seconds = words.number("seconds", 3),
                                .warmup = words.number("warmup", 1)};
    ClosedLoop loop(fleet_, spec, mark);
    const ClosedLoop::Outcome outcome = loop.run();
    answer(fmt::format(
        R"({{"at":"result","rate":{:.1f},"senders":{},"seconds":{},"confirmed":{},"lost":{},)"
        R"("lastLoss":{},{},"ack":{}}})",
        static_cast<double>(outcome.confirmed) / spec.seconds, spec.senders, spec.seconds,
        outcome.confirmed, outcome.lost, quoted(fleet_.lastLoss()), counts(outcome.tally),
        microseconds(fleet_.ledger().ack)));
  }

  void idle(const Words& words) {
    const std::uint64_t before = fleet_.events();
    const std::uint64_t lost = fleet_.lost();
    fleet_.turnUntil(now() + static_cast<std::int64_t>(words.number("seconds", 1) * 1e9),
                     [] { return false; });
    answer(fmt::format(R"({{"events":{},"lost":{}}})", fleet_.events() - before,
                       fleet_.lost() - lost));
  }

  /// The last `count` clients read no more.
  void stop(const Words& words) {
    std::size_t left = words.count("count", 0);
    for (auto one = fleet_.clients().rbegin(); one != fleet_.clients().rend() && left > 0; ++one) {
      if ((*one)->state() != Client::State::kReady) continue;
      (*one)->stopReading();
      --left;
    }
    answer(R"({"stopped":true})");
  }

  void vanish(const Words& words) {
    const std::size_t count =
        std::min(words.count("count", fleet_.clients().size()), fleet_.clients().size());
    for (std::size_t i = 0; i < count; ++i) fleet_.clients()[i]->vanish();
    answer(R"({"vanished":true})");
  }

  Fleet& fleet_;
};

/// As many descriptors as the system lets this process have.
void raiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int lead(Fleet& fleet) {
  std::string lines;
  bool isOver = false;
  fleet.watch(STDIN_FILENO, [&] {
    char bytes[4096];
    const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got <= 0)
      isOver = true;
    else
      lines.append(bytes, static_cast<std::size_t>(got));
  });
  Commands commands(fleet);
  while (!isOver) {
    fleet.turn(now() + 1'000'000'000);
    for (std::size_t end = lines.find('\n'); end != std::string::npos && !isOver;
         end = lines.find('\n')) {
      const Words words(lines.substr(0, end));
      lines.erase(0, end + 1);
      isOver = !commands.carryOut(words);
    }
  }
  return 0;
}

int start(const Flags& flags) {
  raiseDescriptorLimit();
  signal(SIGPIPE, SIG_IGN);
  const auto people = People::read(flags.lists, flags.kind);
  if (!people) {
    fmt::print(stderr, "{} holds no lists of users and {}\n", flags.lists, flags.kind);
    return 2;
  }
  ClientSettings settings;
  settings.target.sin_family = AF_INET;
  settings.target.sin_port = htons(flags.port);
  if (inet_pton(AF_INET, flags.host.c_str(), &settings.target.sin_addr) != 1) return 2;
  settings.host = fmt::format("{}:{}", flags.host, flags.port);
  settings.addresses = std::max(flags.addresses, 1U);
  settings.transport = flags.transport == "polling" ? Transport::kPolling : Transport::kWebSocket;
  settings.deflate = flags.deflate;
  if (flags.tls) settings.tls = std::make_shared<const TlsClients>();
  Fleet fleet(settings, *people, fmt::format("{:x}", now()));
  answer(fmt::format(R"({{"clients":{},"conversations":{}}})", people->persons.size(),
                     people->conversations.size()));
  return lead(fleet);
}

}  // namespace
}  // namespace rookery::bench

int main(int argc, char** argv) {
  rookery::bench::Flags flags;
  CLI::App app{"Socket.IO load, led over standard input", "bench_load"};
  app.add_option("--host", flags.host, "IPv4 address of the server");
  app.add_option("--port", flags.port, "its port")->required();
  app.add_option("--lists", flags.lists, "what `rookery generate` wrote")->required();
  app.add_option("--kind", flags.kind, "where messages go")
      ->check(CLI::IsMember({"channels", "rooms"}));
  app.add_option("--transport", flags.transport, "of all clients")
      ->check(CLI::IsMember({"websocket", "polling"}));
  app.add_option("--addresses", flags.addresses, "loopback addresses to come from");
  app.add_flag("--tls", flags.tls, "speak TLS, and believe any certificate");
  app.add_flag("--deflate", flags.deflate, "ask for compression");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return rookery::bench::start(flags);
}
