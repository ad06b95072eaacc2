#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "load/fleet.h"

namespace rookery::bench {

/// All that people do beside messages, at fixed rates: they type, read, react, change their
/// presence, and the last clients of the fleet vanish and come back. Those are no readers: nothing
/// is expected of what they hear.
/// Thread: owner.
class Bustle {
 public:
  struct Spec {
    double typing = 0;    ///< events a second, as the four below
    double read = 0;      ///< marks
    double react = 0;     ///< reactions, each second one is taken back
    double presence = 0;  ///< changes between online and away
    double flaps = 0;     ///< connections that end or begin
    std::size_t flappers = 0;
  };

  Bustle(Fleet& fleet, const Spec& spec);

  void begin(std::int64_t at) { start_ = at; }
  /// Does what is due.
  void turn(std::int64_t at);
  /// When the next is.
  [[nodiscard]] std::int64_t nextDue() const;
  [[nodiscard]] std::uint64_t sent() const;

 private:
  enum Kind : std::uint8_t { kTyping, kRead, kReact, kPresence, kFlap, kKinds };
  struct Series {
    double rate = 0;
    std::uint64_t done = 0;
  };
  void act(Kind kind, std::uint64_t number);
  void flap(std::uint64_t number);
  [[nodiscard]] std::int64_t dueAt(const Series& series) const;

  Fleet& fleet_;
  const std::size_t flappers_;
  std::array<Series, kKinds> series_;
  std::int64_t start_ = 0;
};

}  // namespace rookery::bench
