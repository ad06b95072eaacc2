#include "rookery/chat/conversation_purge.h"

#include <memory>

#include "rookery/base/log.h"

namespace rookery::chat {
namespace {

constexpr std::size_t kSliceBytes = 64 * 1024;  // of the writer's queue: a slice is long

}  // namespace

void ConversationPurge::start(std::span<const base::ObjectId> conversations) {
  for (const base::ObjectId& one : conversations) next(one);
}

void ConversationPurge::resume(store::StoreReaders& readers, base::Executor& executor) {
  using Ids = std::vector<base::ObjectId>;
  readers.query<Ids>(
      executor, [](store::Reader& reader) { return reader.deletedConversations(); },
      [this](const base::Result<Ids>& left) {
        if (left) start(*left);
      });
}

void ConversationPurge::next(const base::ObjectId& conversation) {
  auto slot = writer_->reserve(kSliceBytes);
  if (!slot) return;  // the next start goes on
  auto isDone = std::make_shared<bool>(false);
  writer_->write(
      std::move(*slot),
      [conversation, isDone](store::Database& database) {
        return database.purgeConversation(conversation, *isDone);
      },
      [this, conversation, isDone](const store::WriteResult& result) {
        if (result.ok() && !*isDone) return next(conversation);
        if (result.ok()) return;
        base::log::warn("messages of a deleted conversation are left until the next start",
                        {{"conversation", conversation.hex()}, {"error", result.error.message}});
      });
}

}  // namespace rookery::chat
