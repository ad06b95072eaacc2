// ./dev torture: the real server on a disk and a database that fail, and under kill -9, with real
// clients, judged by the checker of the simulation.
#include <signal.h>
#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "rookery/base/log.h"
#include "rookery/base/random.h"
#include "torture/round.h"

namespace {

namespace fs = std::filesystem;
using rookery::torture::Kind;
using rookery::torture::Report;
using rookery::torture::Tools;
using rookery::torture::Trouble;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kShownProblems = 8;

struct Total : Report {
  unsigned rounds = 0;
  unsigned broken = 0;  ///< rounds with problems
  double minutes = 0;
};

bool mustFail(const Kind& kind) { return kind.trouble == Trouble::kNormalSync; }

class Torture {
 public:
  Torture(Tools tools, milliseconds play, std::uint64_t seed)
      : tools_(std::move(tools)),
        play_(play),
        seed_(seed),
        folder_(fs::temp_directory_path() / ("rookery-torture-" + std::to_string(getpid()))) {}

  void round(const Kind& kind) {
    const std::uint64_t seed = seed_++;
    const fs::path folder = folder_ / fmt::format("{}-{}", kind.name, seed);
    fs::create_directories(folder);
    const auto start = steady_clock::now();
    const Report report = rookery::torture::runRound(kind, seed, play_, folder, tools_);
    add(totals_[&kind], report,
        std::chrono::duration<double>(steady_clock::now() - start).count() / 60);
    fmt::print("{:<21} seed {}: {} sent, {} confirmed, {} stored, {} troubles{}\n", kind.name, seed,
               report.sent, report.confirmed, report.stored, report.troubles,
               report.problems.empty() ? ""
               : mustFail(kind)        ? ", caught"
                                       : ", BROKEN");
    if (report.problems.empty() || mustFail(kind)) {
      fs::remove_all(folder);
    } else {
      show(kind, seed, report, folder);
    }
    std::fflush(stdout);
  }

  [[nodiscard]] bool isCaught(const Kind& kind) { return totals_[&kind].broken > 0; }

  /// Whether every kind came to what it must come to.
  [[nodiscard]] bool summary() {
    std::error_code ignored;
    fs::remove(folder_, ignored);  // stays with what it has of broken rounds
    fmt::print(
        "\n| trouble | minutes | rounds | troubles | starts | sent | confirmed | failures told "
        "| stored | broken |\n|---|---|---|---|---|---|---|---|---|---|\n");
    bool isWell = true;
    for (const Kind& kind : rookery::torture::kKinds) {
      const auto at = totals_.find(&kind);
      if (at == totals_.end()) continue;
      const Total& total = at->second;
      fmt::print("| {} | {:.1f} | {} | {} | {} | {} | {} | {} | {} | {} |\n", kind.name,
                 total.minutes, total.rounds, total.troubles, total.starts, total.sent,
                 total.confirmed, total.failed, total.stored, total.broken);
      if (mustFail(kind) ? total.broken == 0 : total.broken > 0) isWell = false;
      if (mustFail(kind) && total.broken == 0) {
        fmt::print("{}: nothing was lost, or nobody noticed\n", kind.name);
      }
    }
    return isWell;
  }

 private:
  static void add(Total& total, const Report& report, double minutes) {
    ++total.rounds;
    total.minutes += minutes;
    total.broken += report.problems.empty() ? 0 : 1;
    total.troubles += report.troubles;
    total.starts += report.starts;
    total.sent += report.sent;
    total.confirmed += report.confirmed;
    total.failed += report.failed;
    total.stored += report.stored;
  }

  static void show(const Kind& kind, std::uint64_t seed, const Report& report,
                   const fs::path& folder) {
    for (std::size_t i = 0; i < std::min(kShownProblems, report.problems.size()); ++i) {
      fmt::print("  {}\n", report.problems[i]);
    }
    fmt::print(
        "  {} problems; store, log and trace: {}\n  much the same again: torture --only {} "
        "--seed {}\n",
        report.problems.size(), folder.string(), kind.name, seed);
  }

  const Tools tools_;
  const milliseconds play_;
  std::uint64_t seed_;
  const fs::path folder_;
  std::map<const Kind*, Total> totals_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The real server under kill -9, failing disks and a failing database");
  double minutes = 10;
  unsigned playMs = 8'000;
  std::uint64_t seed = rookery::base::SystemRandom().next64() % 1'000'000;
  std::vector<std::string> only;
  Tools tools;
  app.add_option("minutes", minutes, "How long; every kind of trouble has its turn at least once");
  app.add_option("--server", tools.server, "The server's program")->required();
  app.add_option("--shim", tools.shim, "The library that makes its disk fail")->required();
  app.add_option("--play", playMs, "Milliseconds of trouble in a round");
  app.add_option("--seed", seed, "Of the first round");
  app.add_option("--only", only, "These kinds of trouble");
  CLI11_PARSE(app, argc, argv);

  signal(SIGPIPE, SIG_IGN);
  rookery::base::log::setLevel(rookery::base::log::Level::kOff);
  fmt::print("first seed {}\n", seed);
  Torture torture(tools, milliseconds(playMs), seed);
  const auto end = steady_clock::now() + std::chrono::duration<double>(minutes * 60);
  bool isFirstTurn = true;
  do {
    for (const Kind& kind : rookery::torture::kKinds) {
      const bool isAsked = only.empty() || std::ranges::find(only, kind.name) != only.end();
      if (!isAsked || (!isFirstTurn && steady_clock::now() >= end)) continue;
      if (!isFirstTurn && mustFail(kind) && torture.isCaught(kind)) continue;
      torture.round(kind);
      // By chance all was synced when the cache went: another round, then.
      for (int more = 4; more > 0 && mustFail(kind) && !torture.isCaught(kind); --more) {
        torture.round(kind);
      }
    }
    isFirstTurn = false;
  } while (steady_clock::now() < end);
  return torture.summary() ? EXIT_SUCCESS : EXIT_FAILURE;
}
