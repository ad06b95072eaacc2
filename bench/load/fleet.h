#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "load/client.h"
#include "load/histogram.h"
#include "load/ledger.h"
#include "load/people.h"

namespace rookery::bench {

/// Nanoseconds of the steady clock.
[[nodiscard]] std::int64_t now();

/// All clients, and the loop that serves them.
/// Thread: owner.
class Fleet final : public ClientListener {
 public:
  Fleet(ClientSettings settings, const People& people, std::string run);
  ~Fleet() override;

  /// Serves what is ready, waiting until `until` at most for something to be.
  void turn(std::int64_t until);
  /// Turns until `done` or the time is over; whether it was done.
  bool turnUntil(std::int64_t until, const std::function<bool()>& done);
  /// Also calls `ready` when `fd` can be read.
  void watch(int fd, std::function<void()> ready);

  struct Connected {
    std::size_t ready = 0;
    std::size_t failed = 0;
    double seconds = 0;
    Histogram latency;
    std::map<std::string, std::size_t> failures;
  };
  /// Connects the first `count` clients that are not: `rate` a second when it is not 0, and at
  /// most `window` at a time.
  Connected connect(std::size_t count, std::size_t window, double rate);
  /// Joins every conversation of every client that is ready; how many joins were refused.
  std::size_t joinAll();

  [[nodiscard]] std::vector<std::unique_ptr<Client>>& clients() { return clients_; }
  [[nodiscard]] Ledger& ledger() { return ledger_; }
  [[nodiscard]] const People& people() const { return people_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// The id of the last message that was told as confirmed there; empty: none.
  [[nodiscard]] const std::string& lastConfirmed(std::size_t conversation) const {
    return lastConfirmed_[conversation];
  }
  /// Connections that ended although nobody here ended them, since the start.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] const std::string& lastLoss() const { return lastLoss_; }

 private:
  void onReady(Client& client) override;
  void onEnd(Client& client, std::string_view why) override;
  void onEvent(Client& client, std::string_view event) override;
  void onAck(Client& client, std::uint64_t id, std::string_view answer) override;
  void onRead(std::size_t bytes) override { bytes_ += bytes; }

  ClientSettings settings_;
  const People& people_;
  Ledger ledger_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<char> buffer_;
  int watched_ = -1;
  std::function<void()> watchedReady_;
  std::int64_t now_ = 0;  ///< of the batch that is being served
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t lost_ = 0;
  std::string lastLoss_;
  std::vector<std::string> lastConfirmed_;  ///< by conversation
  Connected* connecting_ = nullptr;
  std::size_t inFlight_ = 0;
  std::size_t joining_ = 0;
  std::size_t joinsRefused_ = 0;
  bool isJoining_ = false;
};

}  // namespace rookery::bench
