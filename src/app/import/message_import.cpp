#include "rookery/app/import/message_import.h"

#include "rookery/base/log.h"

namespace rookery::app {
namespace {

using base::ObjectId;
using base::Result;

constexpr std::uint64_t kBetweenLogLines = 100'000;

}  // namespace

const char* collectionOf(store::ConversationKind kind) {
  return kind == store::ConversationKind::kRoom ? "directmessages" : "messages";
}

MessageImport::MessageImport(StoreCalls& store, ImportReport& report,
                             const ImportedConversations& known)
    : store_(store),
      report_(report),
      conversations_(known),
      writer_(store,
              {.write =
                   [](store::Database& database, const ImportedMessage& message) {
                     return database.insertMessage(message.record, database.nextCommitNo());
                   },
               .written = [this](const ImportedMessage& message) { written(message); },
               .conflict =
                   [this](ImportedMessage& message, const base::Error&) {
                     report_.skip(collectionOf(message.record.kind), message.record.id.hex(),
                                  "its _id is there already");
                     return false;
                   },
               .prepare = [this](std::vector<ImportedMessage>& messages) { number(messages); }}) {}

Result<void> MessageImport::add(ImportedMessage message) {
  const std::string collection = collectionOf(message.record.kind);
  const auto conversation = conversations_.find(message.record.conversationId);
  if (conversation == conversations_.end()) {
    report_.skip(collection, message.record.id.hex(),
                 "its conversation " + message.record.conversationId.hex() + " is not there");
    return {};
  }
  message.record.conversationId = conversation->second.id;
  const auto at = reach(message.record.conversationId);
  if (!at) return base::fail(at.error());
  if ((*at)->seqBefore > 0 || conversation->second.isServed) {
    const auto seq = storedSeq(message.record.id);
    if (!seq) return base::fail(seq.error());
    if (*seq != 0) {
      ++report_.of(collection).known;
      // The room that it belongs to may not have been written before an earlier import was ended.
      message.record.seq = *seq;
      noteRead(message);
      return {};
    }
  }
  if (conversation->second.isServed) {
    report_.skip(collection, message.record.id.hex(),
                 "its conversation is in use; import it while the server is stopped");
    return {};
  }
  return writer_.add(std::move(message));
}

Result<MessageImport::Reach*> MessageImport::reach(const ObjectId& conversation) {
  const auto found = reaches_.find(conversation);
  if (found != reaches_.end()) return &found->second;
  const auto state = store_.read<store::ConversationState>(
      [conversation](store::Reader& reader) { return reader.conversationState(conversation); });
  if (!state) return base::fail(state.error());
  return &reaches_.emplace(conversation, Reach{state->lastSeq, state->lastSeq, {}}).first->second;
}

Result<std::uint64_t> MessageImport::storedSeq(const ObjectId& message) {
  return store_.read<std::uint64_t>([message](store::Reader& reader) -> Result<std::uint64_t> {
    const auto found = reader.message(message);
    if (!found) return base::fail(found.error());
    return found->has_value() ? (*found)->seq : 0;
  });
}

/// After what is committed: a message that could not be written leaves no hole.
void MessageImport::number(std::vector<ImportedMessage>& messages) {
  std::unordered_map<ObjectId, std::uint64_t, base::ObjectIdHash> last;
  for (ImportedMessage& message : messages) {
    const ObjectId& conversation = message.record.conversationId;
    const auto at = last.try_emplace(conversation, reaches_[conversation].lastSeq).first;
    message.record.seq = ++at->second;
  }
}

void MessageImport::written(const ImportedMessage& message) {
  const store::MessageRecord& it = message.record;
  std::uint64_t& added = report_.of(collectionOf(it.kind)).added;
  if (++added % kBetweenLogLines == 0)
    base::log::info("messages were imported", {{"count", added}});
  reaches_[it.conversationId].lastSeq = it.seq;
  noteRead(message);
}

void MessageImport::noteRead(const ImportedMessage& message) {
  const store::MessageRecord& it = message.record;
  Reach& reach = reaches_[it.conversationId];
  if (!message.isRead || it.kind != store::ConversationKind::kRoom) return;
  const Mark mark{it.senderId, it.id, it.seq, it.createdAt};
  for (Mark& known : reach.read) {
    if (known.sender == it.senderId) {
      if (known.seq < mark.seq) known = mark;
      return;
    }
  }
  reach.read.push_back(mark);
}

}  // namespace rookery::app
