#pragma once

#include <atomic>
#include <chrono>
#include <vector>

#include "rookery/base/executor.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// Feeds the index of search with what was committed. Full text costs more than messages do, so it
/// waits for a pause between them; where there is none for a second it takes a small slice now and
/// then. Search may lag behind, messages do not wait for it long.
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
  static store::Result<Slice> read(store::Reader& reader, std::uint32_t rows);
  void look();
  void next();
  void write(Slice slice);
  void rest(std::chrono::milliseconds pause);

  store::StoreReaders& readers_;
  base::Executor& executor_;
  const std::chrono::milliseconds pause_;  ///< between two passes
  store::StoreWriter* writer_ = nullptr;
  std::atomic<bool> isAwake_{false};
  std::atomic<bool> isPoked_{false};
  // Of the one chain of work that there is.
  bool hasWork_ = false;
  bool isBusy_ = false;  ///< something was committed during the last pause
  unsigned waited_ = 0;  ///< pauses in which nothing was done, as it was busy
};

}  // namespace rookery::chat
