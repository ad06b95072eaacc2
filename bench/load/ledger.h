#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/histogram.h"

namespace rookery::bench {

/// What a server's event says of a message that is ours.
struct Heard {
  enum class What : std::uint8_t { kOptimistic, kConfirmed, kFailed };
  What what = What::kOptimistic;
  std::size_t conversation = 0;
  std::optional<std::uint64_t> message;  ///< its number; nothing when it is of an earlier run
  std::uint64_t seq = 0;
};

/// Where one reader is in one conversation; 0: nothing heard yet.
struct Position {
  std::size_t conversation = 0;
  std::uint64_t optimisticSeq = 0;
  std::uint64_t confirmedSeq = 0;
};

/// Every message that was sent, and what became of it: each must reach every reader once as an
/// optimistic and once as a confirmed message, in the order of `seq`, and be acknowledged once.
/// Latencies count from when a message was due, not from when it could be sent.
/// Thread: owner.
class Ledger {
 public:
  /// `run` makes clientMessageIds unique over the runs on one store.
  explicit Ledger(std::string run) : run_(std::move(run)) {}

  struct Tally {
    std::uint64_t sent = 0;
    std::uint64_t acked = 0;       ///< with success
    std::uint64_t refused = 0;     ///< acknowledged without
    std::uint64_t failed = 0;      ///< events …Failed
    std::uint64_t missing = 0;     ///< deliveries, confirmations and acks that never came
    std::uint64_t doubled = 0;     ///< those that came more often than they should
    std::uint64_t disordered = 0;  ///< events whose seq was not the next
    std::uint64_t foreign = 0;     ///< messages that nobody here sent
  };

  /// Forgets earlier messages and what was measured.
  void begin();
  /// Notes a message and returns its number. `readers` are those who must hear of it.
  std::uint64_t add(std::size_t conversation, std::int64_t due, std::uint32_t readers,
                    bool isMeasured);
  [[nodiscard]] std::string clientMessageId(std::uint64_t message) const;
  /// Under which its acknowledgement is asked for.
  [[nodiscard]] std::uint64_t ackId(std::uint64_t message) const { return first_ + message; }

  /// What `event`, a Socket.IO packet from its `[` on, says of a message of this ledger.
  [[nodiscard]] std::optional<Heard> read(std::string_view event);

  void note(const Heard& heard, Position& position, std::int64_t now);
  void noteAck(std::uint64_t ackId, bool success, std::int64_t now);

  [[nodiscard]] bool isAnswered(std::uint64_t message) const { return messages_[message].acks > 0; }
  /// Whether all that was sent had its outcome everywhere.
  [[nodiscard]] bool isComplete() const { return outstanding_ == 0; }
  [[nodiscard]] Tally tally() const;

  Histogram delivery;  ///< due to optimistic message, per reader
  Histogram confirm;   ///< due to confirmed message, per reader
  Histogram ack;       ///< due to acknowledgement

 private:
  void noteOrder(const Heard& heard, Position& position);

  struct Message {
    std::int64_t due = 0;
    std::uint32_t conversation = 0;
    std::uint32_t readers = 0;
    std::uint32_t optimistic = 0;
    std::uint32_t confirmed = 0;
    std::uint32_t failed = 0;
    std::uint16_t acks = 0;
    bool isRefused = false;
    bool isMeasured = false;
  };

  std::string run_;
  std::uint64_t first_ = 0;  ///< the number in the id of messages_[0]
  std::vector<Message> messages_;
  std::int64_t outstanding_ = 0;
  std::uint64_t disordered_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace rookery::bench
