#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/base/ring.h"
#include "rookery/socketio/namespace.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// Decides whether a (sender, clientMessageId) was seen before (delivery.md, deduplication).
/// What is in flight is known exactly; for what is older a Bloom filter over all ids of the store
/// is asked, whose 'no' is certain, so that a new message needs no query.
/// Thread: any.
class Deduplicator {
 public:
  Deduplicator();
  ~Deduplicator();

  enum class Verdict : std::uint8_t {
    kNew,          ///< registered as in flight; settle() must follow
    kConfirmed,    ///< `first` says how it ended
    kMaybeStored,  ///< the store must be asked, then decide() again with `notStored`
    kWaits,        ///< the first is in flight: `target` is answered with its outcome
    kConflict,     ///< in flight for another conversation
    kTooMany,      ///< more than 64 wait for that one outcome
  };

  /// A confirmed message, remembered so that a resend soon after needs no query. Shared with
  /// whoever is writing an answer from it.
  using Confirmed = std::shared_ptr<const store::StoredMessage>;
  struct Decision {
    Verdict verdict = Verdict::kNew;
    Confirmed first;
  };

  /// `notStored`: the store was asked and has no such message.
  [[nodiscard]] Decision decide(const base::ObjectId& sender, std::string_view clientMessageId,
                                const base::ObjectId& conversation,
                                const socketio::AckTarget& target, bool notStored);
  /// The message has its outcome, or was not accepted after all: the id is free for decide()
  /// again. Returns who waited for it. `confirmed`, if any, the message with that sender and id, is
  /// remembered for a while: the last ones, kRememberedBytes in all.
  [[nodiscard]] std::vector<socketio::AckTarget> settle(const base::ObjectId& sender,
                                                        std::string_view clientMessageId,
                                                        Confirmed confirmed = nullptr);

  /// The confirmed message has changed: a resend asks the store from now on.
  void forget(const base::ObjectId& sender, std::string_view clientMessageId);

  static constexpr std::size_t kRememberedBytes = 32UL << 20;
  /// What is in flight, what is remembered, and the filter.
  [[nodiscard]] std::array<base::Held, 3> held();

  /// Makes room in the filter for that many ids, to be called once before addStored().
  void expect(std::uint64_t ids);
  /// An id that the store has.
  void addStored(const base::ObjectId& sender, std::string_view clientMessageId);
  /// All ids of the store were added: from now on the filter's 'no' is believed.
  void stored() { filterStands_.store(true, std::memory_order_release); }

 private:
  class Filter;
  struct InFlight {
    base::ObjectId conversation;
    std::vector<socketio::AckTarget> waiting;
  };
  /// A key without its text.
  struct View {
    base::ObjectId sender;
    std::string_view clientMessageId;
    bool operator==(const View&) const = default;
  };
  struct Key {
    base::ObjectId sender;
    std::string clientMessageId;
    operator View() const { return {sender, clientMessageId}; }
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(const View& key) const noexcept {
      return hash(key.sender, key.clientMessageId);
    }
  };
  struct KeyEqual {
    using is_transparent = void;
    bool operator()(const View& a, const View& b) const { return a == b; }
  };
  [[nodiscard]] static std::uint64_t hash(const base::ObjectId& sender,
                                          std::string_view clientMessageId);
  struct Shard;
  static void remember(Shard& shard, Confirmed confirmed);
  [[nodiscard]] bool mayBeStored(std::uint64_t hash);
  void add(std::uint64_t hash);

  static constexpr std::size_t kShards = 64;
  static constexpr int kShardShift = 64 - std::countr_zero(kShards);
  struct Shard {
    base::Mutex mutex;
    absl::flat_hash_map<Key, InFlight, KeyHash, KeyEqual> inFlight ROOKERY_GUARDED_BY(mutex);
    /// By what stands in the messages themselves.
    absl::flat_hash_map<View, Confirmed, KeyHash, KeyEqual> confirmed ROOKERY_GUARDED_BY(mutex);
    /// Of `confirmed`, and those that were forgotten since.
    base::Ring<Confirmed> oldestFirst ROOKERY_GUARDED_BY(mutex);
    std::size_t bytes ROOKERY_GUARDED_BY(mutex) = 0;  ///< of `oldestFirst`, about
  };
  /// By the highest bits: the table of a shard chooses its slots by the others.
  [[nodiscard]] Shard& shardOf(std::uint64_t hash) { return shards_[hash >> kShardShift]; }
  Shard shards_[kShards];

  base::Mutex filterMutex_;
  std::vector<std::unique_ptr<Filter>> filters_ ROOKERY_GUARDED_BY(filterMutex_);
  std::atomic<bool> filterStands_{false};
};

}  // namespace rookery::chat
