#pragma once

#include <unordered_map>
#include <vector>

#include "rookery/app/import/import_report.h"
#include "rookery/app/import/imported_records.h"
#include "rookery/app/import/record_writer.h"

namespace rookery::app {

/// A room or channel that messages of the dump belong to.
struct ImportedConversation {
  base::ObjectId id;      ///< in the store; of a pair's second room that of its first
  bool isServed = false;  ///< a running server has it: it gets no messages
};
/// By the id in the dump.
using ImportedConversations =
    std::unordered_map<base::ObjectId, ImportedConversation, base::ObjectIdHash>;

/// Numbers messages and writes them. Thread: as StoreCalls.
class MessageImport {
 public:
  /// A message somebody has read, or the last one there is.
  struct Mark {
    base::ObjectId sender;
    base::ObjectId messageId;
    std::uint64_t seq = 0;
    base::WallMs at = 0;
  };
  /// How far a conversation is.
  struct Reach {
    std::uint64_t lastSeq = 0;
    std::uint64_t seqBefore = 0;  ///< what it had before this import
    std::vector<Mark> read;       ///< of each sender the last one that was read
  };

  /// All outlives this.
  MessageImport(StoreCalls& store, ImportReport& report, const ImportedConversations& known);

  /// In the order of each conversation.
  [[nodiscard]] base::Result<void> add(ImportedMessage message);
  [[nodiscard]] base::Result<void> finish() { return writer_.flush(); }

  /// Nothing to speak of for a conversation without messages.
  [[nodiscard]] const Reach& reachOf(const base::ObjectId& conversation) {
    return reaches_[conversation];
  }

 private:
  [[nodiscard]] base::Result<Reach*> reach(const base::ObjectId& conversation);
  /// 0: it is not stored.
  [[nodiscard]] base::Result<std::uint64_t> storedSeq(const base::ObjectId& message);
  void number(std::vector<ImportedMessage>& messages);
  void written(const ImportedMessage& message);
  void noteRead(const ImportedMessage& message);

  StoreCalls& store_;
  ImportReport& report_;
  const ImportedConversations& conversations_;
  std::unordered_map<base::ObjectId, Reach, base::ObjectIdHash> reaches_;
  RecordWriter<ImportedMessage> writer_;
};

/// The collection that a message came from.
[[nodiscard]] const char* collectionOf(store::ConversationKind kind);

}  // namespace rookery::app
