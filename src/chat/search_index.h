#pragma once

#include <atomic>
#include <chrono>
#include <vector>

#include "rookery/base/executor.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// Feeds the index of search with what was committed, in slices between the groups of messages and
/// at most a few times a second: search may lag behind, messages never wait for it long.
/// Thread: any.
class SearchIndex {
 public:
  /// `executor` carries its work and outlives it.
  SearchIndex(store::StoreReaders& readers, base::Executor& executor,
              std::chrono::milliseconds pause)
      : readers_(readers), executor_(executor), pause_(pause) {}
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  /// Something was committed. Cheap.
  void poke();

 private:
  struct Slice {
    std::vector<store::SearchText> texts;
    std::uint64_t commitNo = 0;
    bool isFull = false;  ///< there is more
  };
  static store::Result<Slice> read(store::Reader& reader);
  void next();
  void write(Slice slice);
  void rest(std::chrono::milliseconds pause);

  store::StoreReaders& readers_;
  base::Executor& executor_;
  const std::chrono::milliseconds pause_;  ///< between two passes
  store::StoreWriter* writer_ = nullptr;
  std::atomic<bool> isAwake_{false};
  std::atomic<bool> isPoked_{false};
};

}  // namespace rookery::chat
