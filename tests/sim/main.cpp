// ./dev simulate: many worlds, each under a seed of its own; a failing one is repeated exactly by
// its number.
#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "rookery/base/log.h"
#include "rookery/base/planted.h"
#include "sim/run.h"

namespace {

using rookery::base::PlantedBug;
using rookery::sim::Beginning;

constexpr std::size_t kShownProblems = 8;

void show(std::uint64_t seed, const rookery::sim::Verdict& verdict) {
  fmt::print("seed {} breaks {} promises:\n", seed, verdict.problems.size());
  for (std::size_t i = 0; i < std::min(kShownProblems, verdict.problems.size()); ++i) {
    fmt::print("  {}\n", verdict.problems[i]);
  }
  fmt::print("repeat it, told step by step: simulate --seed {} --trace\n", seed);
}

/// Runs seeds until one fails; how many were run, 0 when none failed.
std::uint64_t seedsUntilFound(std::uint64_t first, std::uint64_t most, const Beginning& beginning) {
  for (std::uint64_t i = 0; i < most; ++i) {
    if (!rookery::sim::runSeed(first + i, beginning, false).problems.empty()) return i + 1;
  }
  return 0;
}

int findPlanted(std::uint64_t first, std::uint64_t most, const Beginning& beginning) {
  int missed = 0;
  for (int bug = 1; bug < static_cast<int>(PlantedBug::kEnd); ++bug) {
    rookery::base::plantedBug = static_cast<PlantedBug>(bug);
    const std::uint64_t seeds = seedsUntilFound(first, most, beginning);
    if (seeds == 0) ++missed;
    fmt::print("planted bug {:>2}: {}\n", bug,
               seeds == 0 ? fmt::format("not found in {} seeds", most)
                          : fmt::format("found after {} seeds", seeds));
  }
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int runSeeds(std::uint64_t first, std::uint64_t count, const Beginning& beginning, bool isTraced) {
  std::uint64_t failures = 0;
  std::uint64_t messages = 0;
  std::uint64_t crashes = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const rookery::sim::Verdict verdict = rookery::sim::runSeed(seed, beginning, isTraced);
    messages += verdict.messages;
    crashes += verdict.crashes;
    if (verdict.problems.empty()) continue;
    ++failures;
    show(seed, verdict);
  }
  fmt::print("{} seeds from {}, {} messages kept, {} crashes: {} failed\n", count, first, messages,
             crashes, failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Rookery in virtual time: many seeded worlds, each checked at its end");
  std::uint64_t count = 1'000;
  std::uint64_t first = 1;
  bool isTraced = false;
  bool planted = false;
  std::string folder = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  app.add_option("seeds", count, "How many worlds");
  app.add_option("--seed", first, "The first seed; alone: that one only");
  app.add_flag("--trace", isTraced, "Tell each step");
  app.add_flag("--planted", planted, "Switch each planted bug on and count the seeds to find it");
  app.add_option("--folder", folder, "Where the databases lie, best in memory");
  CLI11_PARSE(app, argc, argv);
  if (app.count("--seed") > 0 && app.count("seeds") == 0) count = 1;

  rookery::base::log::setLevel(rookery::base::log::Level::kOff);
  folder += "/rookery-simulate-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  const Beginning beginning(folder);
  const int code =
      planted ? findPlanted(first, count, beginning) : runSeeds(first, count, beginning, isTraced);
  std::filesystem::remove_all(folder);
  return code;
}
