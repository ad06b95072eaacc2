#include "rookery/chat/deduplicator.h"

#include <absl/hash/hash.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "rookery/base/planted.h"

namespace rookery::chat {
namespace {

constexpr std::size_t kMaxWaiting = 64;
constexpr std::uint64_t kBitsPerId = 16;
constexpr int kProbes = 8;  // with 16 bits an id: 0.06 % of new ids are asked about in vain
constexpr std::uint64_t kSmallestFilter = 1 << 16;

}  // namespace

/// A Bloom filter of fixed size; when it is full a larger one is put beside it.
class Deduplicator::Filter {
 public:
  explicit Filter(std::uint64_t ids)
      : capacity_(std::max(ids, kSmallestFilter)),
        bits_(std::bit_ceil(capacity_ * kBitsPerId) / 64) {}

  [[nodiscard]] bool isFull() const { return added_ >= capacity_; }
  [[nodiscard]] std::uint64_t capacity() const { return capacity_; }
  [[nodiscard]] std::uint64_t size() const { return added_; }
  [[nodiscard]] std::size_t bytes() const { return bits_.size() * sizeof(bits_[0]); }
  void add(std::uint64_t hash) {
    ++added_;
    for (int i = 0; i < kProbes; ++i) bits_[word(hash, i)] |= bit(hash, i);
  }
  [[nodiscard]] bool has(std::uint64_t hash) const {
    for (int i = 0; i < kProbes; ++i) {
      if ((bits_[word(hash, i)] & bit(hash, i)) == 0) return false;
    }
    return true;
  }

 private:
  /// Double hashing: the i-th position is made of the hash's two halves.
  [[nodiscard]] static std::uint64_t position(std::uint64_t hash, int i) {
    const std::uint64_t second = (hash >> 32 | hash << 32) * 0x9E3779B97F4A7C15ULL | 1;
    return hash + static_cast<std::uint64_t>(i) * second;
  }
  [[nodiscard]] std::size_t word(std::uint64_t hash, int i) const {
    return position(hash, i) >> 6 & (bits_.size() - 1);
  }
  [[nodiscard]] static std::uint64_t bit(std::uint64_t hash, int i) {
    return 1ULL << (position(hash, i) & 63);
  }

  std::uint64_t capacity_;
  std::uint64_t added_ = 0;
  std::vector<std::uint64_t> bits_;
};

Deduplicator::Deduplicator() = default;
Deduplicator::~Deduplicator() = default;

std::uint64_t Deduplicator::hash(const base::ObjectId& sender, std::string_view clientMessageId) {
  // Seeded by each process, as senders choose their ids; in a simulation the run's seed alone
  // decides.
  if constexpr (base::kIsSimulated) {
    return (base::ObjectIdHash()(sender) * 31 + std::hash<std::string_view>()(clientMessageId)) *
           0x9E3779B97F4A7C15ULL;
  }
  return absl::HashOf(
      std::string_view(reinterpret_cast<const char*>(sender.bytes.data()), sender.bytes.size()),
      clientMessageId);
}

Deduplicator::Decision Deduplicator::decide(const base::ObjectId& sender,
                                            std::string_view clientMessageId,
                                            const base::ObjectId& conversation,
                                            const socketio::AckTarget& target, bool notStored) {
  const std::uint64_t mixed = hash(sender, clientMessageId);
  Shard& shard = shardOf(mixed);
  const base::MutexLock lock(shard.mutex);
  const View key{sender, clientMessageId};
  if (const auto found = shard.inFlight.find(key); found != shard.inFlight.end()) {
    if (found->second.conversation != conversation) return {Verdict::kConflict, nullptr};
    if (found->second.waiting.size() >= kMaxWaiting) return {Verdict::kTooMany, nullptr};
    found->second.waiting.push_back(target);
    return {Verdict::kWaits, nullptr};
  }
  if (const auto found = shard.confirmed.find(key); found != shard.confirmed.end()) {
    return {Verdict::kConfirmed, found->second};
  }
  if (!notStored && mayBeStored(mixed)) return {Verdict::kMaybeStored, nullptr};
  shard.inFlight.emplace(Key{sender, std::string(clientMessageId)}, InFlight{conversation, {}});
  // Before the outcome: whoever asks after it finds the id in the store or, after a failure, asks
  // the store in vain once.
  add(mixed);
  return {Verdict::kNew, nullptr};
}

std::vector<socketio::AckTarget> Deduplicator::settle(const base::ObjectId& sender,
                                                      std::string_view clientMessageId,
                                                      Confirmed confirmed) {
  Shard& shard = shardOf(hash(sender, clientMessageId));
  const base::MutexLock lock(shard.mutex);
  if (confirmed == nullptr && base::isPlanted(base::PlantedBug::kFailedIdKept)) return {};
  std::vector<socketio::AckTarget> waiting;
  if (const auto found = shard.inFlight.find(View{sender, clientMessageId});
      found != shard.inFlight.end()) {
    waiting = std::move(found->second.waiting);
    shard.inFlight.erase(found);
  }
  if (confirmed != nullptr) remember(shard, std::move(confirmed));
  return waiting;
}

void Deduplicator::remember(Shard& shard, Confirmed confirmed) {
  const View key{confirmed->senderId, confirmed->clientMessageId};
  if (!shard.confirmed.emplace(key, confirmed).second) return;
  shard.bytes += confirmed->queuedBytes();
  shard.oldestFirst.push(std::move(confirmed));
  while (shard.bytes > kRememberedBytes / kShards && shard.oldestFirst.size() > 1) {
    const Confirmed oldest = shard.oldestFirst.pop();
    shard.bytes -= oldest->queuedBytes();
    const auto found = shard.confirmed.find(View{oldest->senderId, oldest->clientMessageId});
    // Else it was forgotten, and its id may have come again.
    if (found != shard.confirmed.end() && found->second == oldest) shard.confirmed.erase(found);
  }
}

std::array<base::Held, 3> Deduplicator::held() {
  std::array<base::Held, 3> held{{
      {.part = "clientMessageIds in flight", .bound = "store.queueRecords"},
      {.part = "clientMessageIds confirmed", .bound = "32 MiB"},
      {.part = "clientMessageIds ever stored", .bound = "2 bytes for each in the store"},
  }};
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    held[0].items += shard.inFlight.size();
    held[0].bytes += base::slotBytes(shard.inFlight);
    held[1].items += shard.confirmed.size();
    held[1].bytes += base::slotBytes(shard.confirmed) + shard.bytes;
  }
  const base::MutexLock lock(filterMutex_);
  for (const auto& filter : filters_) {
    held[2].items += filter->size();
    held[2].bytes += filter->bytes();
  }
  return held;
}

void Deduplicator::forget(const base::ObjectId& sender, std::string_view clientMessageId) {
  Shard& shard = shardOf(hash(sender, clientMessageId));
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.confirmed.find(View{sender, clientMessageId});
  if (found != shard.confirmed.end()) shard.confirmed.erase(found);
}

void Deduplicator::expect(std::uint64_t ids) {
  const base::MutexLock lock(filterMutex_);
  filters_.insert(filters_.begin(), std::make_unique<Filter>(ids * 2));
}

void Deduplicator::addStored(const base::ObjectId& sender, std::string_view clientMessageId) {
  add(hash(sender, clientMessageId));
}

bool Deduplicator::mayBeStored(std::uint64_t mixed) {
  if (base::isPlanted(base::PlantedBug::kDedupInMemoryOnly)) return false;
  if (!filterStands_.load(std::memory_order_acquire)) return true;
  const base::MutexLock lock(filterMutex_);
  return std::any_of(filters_.begin(), filters_.end(),
                     [mixed](const auto& filter) { return filter->has(mixed); });
}

void Deduplicator::add(std::uint64_t mixed) {
  const base::MutexLock lock(filterMutex_);
  for (const auto& filter : filters_) {
    if (!filter->isFull()) {
      filter->add(mixed);
      return;
    }
  }
  filters_.push_back(
      std::make_unique<Filter>(filters_.empty() ? 0 : filters_.back()->capacity() * 2));
  filters_.back()->add(mixed);
}

}  // namespace rookery::chat
