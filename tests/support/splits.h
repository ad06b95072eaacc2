#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace rookery::test {

/// A generator whose seed is shown when the test fails; ROOKERY_TEST_SEED repeats a run.
class SeededRandom {
 public:
  SeededRandom() : trace_(__FILE__, __LINE__, "ROOKERY_TEST_SEED=" + std::to_string(seed())) {
    testing::Test::RecordProperty("seed", std::to_string(seed()));
    engine_.seed(seed());
  }

  /// From 0 to `max`, both included.
  std::size_t upTo(std::size_t max) {
    return std::uniform_int_distribution<std::size_t>(0, max)(engine_);
  }
  bool oneIn(std::size_t n) { return upTo(n - 1) == 0; }
  template <typename T>
  const T& anyOf(const std::vector<T>& choices) {
    return choices[upTo(choices.size() - 1)];
  }

 private:
  static std::uint64_t seed() {
    static const std::uint64_t kSeed = [] {
      const char* given = std::getenv("ROOKERY_TEST_SEED");
      return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    }();
    return kSeed;
  }

  std::mt19937_64 engine_;
  testing::ScopedTrace trace_;
};

/// The pieces of a stream, as reads from a socket could bring them.
using Pieces = std::vector<std::string>;

/// For each place between two bytes the stream cut there, and last the stream byte by byte.
inline std::vector<Pieces> everySplit(std::string_view stream) {
  std::vector<Pieces> splits{{std::string(stream)}};
  for (std::size_t at = 1; at < stream.size(); ++at) {
    splits.push_back({std::string(stream.substr(0, at)), std::string(stream.substr(at))});
  }
  Pieces bytes;
  for (const char byte : stream) bytes.emplace_back(1, byte);
  splits.push_back(std::move(bytes));
  return splits;
}

/// Cut into pieces of 0 to `maxBytes`.
inline Pieces randomSplit(std::string_view stream, std::size_t maxBytes, SeededRandom& random) {
  Pieces pieces;
  while (!stream.empty()) {
    const auto piece = stream.substr(0, random.upTo(maxBytes));
    pieces.emplace_back(piece);
    stream.remove_prefix(piece.size());
  }
  return pieces;
}

}  // namespace rookery::test
