#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "load/bustle.h"
#include "load/fleet.h"

namespace rookery::bench {

/// Sends messages at a fixed rate, whatever the server does: message k is due at k / rate, goes to
/// the conversations in turn and is sent by their members in turn.
/// Thread: owner.
class OpenLoop {
 public:
  struct Spec {
    double rate = 0;     ///< messages a second
    double seconds = 0;  ///< that are measured
    double warmup = 0;   ///< seconds before
    double drain = 10;   ///< seconds that outcomes may take after the last message
    std::size_t bodyBytes = 200;
    Bustle::Spec bustle = {};
  };
  struct Outcome {
    Ledger::Tally tally;
    std::uint64_t events = 0;  ///< that clients heard in the measured time
    std::uint64_t bytes = 0;   ///< that they came in
    double drained = 0;        ///< seconds from the last message to its last outcome
    Histogram lateness;        ///< of the sender itself: due to sent
    std::uint64_t lost = 0;    ///< connections
    std::uint64_t bustle = 0;  ///< that were done
  };

  /// `mark` is told when the measured time begins ("begin") and ends ("end").
  OpenLoop(Fleet& fleet, const Spec& spec, std::function<void(std::string_view)> mark);
  Outcome run();

 private:
  void sendDue(std::int64_t at);
  void send(std::uint64_t number, std::int64_t due);
  [[nodiscard]] std::int64_t dueAt(std::uint64_t number) const;

  Fleet& fleet_;
  const Spec spec_;
  Bustle bustle_;
  std::function<void(std::string_view)> mark_;
  Outcome outcome_;
  std::string packet_;
  std::vector<std::vector<std::size_t>> readers_;  ///< those who are connected, by conversation
  std::int64_t start_ = 0;
  std::int64_t measuredFrom_ = 0;
  std::int64_t measuredTo_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace rookery::bench
