#pragma once

#include <atomic>
#include <span>

#include "rookery/base/executor.h"
#include "rookery/base/object_id.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// Deletes what deleted conversations left behind, a slice a commit, so that messages of others
/// pass between. What a stop leaves over the next start takes up.
/// Thread: any.
class ConversationPurge {
 public:
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  void start(std::span<const base::ObjectId> conversations);
  /// Goes on with what the store says is left. `executor` carries the answer.
  void resume(store::StoreReaders& readers, base::Executor& executor);

 private:
  void next(const base::ObjectId& conversation);

  store::StoreWriter* writer_ = nullptr;
};

}  // namespace rookery::chat
