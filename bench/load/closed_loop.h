#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "load/fleet.h"

namespace rookery::bench {

/// So many senders, each of whom sends its next message when the last one was acknowledged: what a
/// store carries when everybody waits for it. Latency counts from the sending.
/// Thread: owner.
class ClosedLoop {
 public:
  struct Spec {
    std::size_t senders = 1;
    double seconds = 0;
    double warmup = 0;
  };
  struct Outcome {
    Ledger::Tally tally;
    std::uint64_t confirmed = 0;  ///< acknowledged in the measured time
    std::uint64_t lost = 0;       ///< connections
  };

  /// Senders are one of each conversation before there are two of any. `mark` as in OpenLoop.
  ClosedLoop(Fleet& fleet, const Spec& spec, std::function<void(std::string_view)> mark);
  Outcome run();

 private:
  struct Sender {
    std::size_t place = 0;
    std::size_t client = 0;
    std::uint64_t message = 0;  ///< the last one
  };

  void send(Sender& sender, bool isMeasured);
  void sendWhereAnswered(bool isMeasured);

  Fleet& fleet_;
  const Spec spec_;
  std::function<void(std::string_view)> mark_;
  std::vector<Sender> senders_;
  std::vector<std::uint32_t> readers_;  ///< who are connected, by conversation
  std::string packet_;
};

}  // namespace rookery::bench
