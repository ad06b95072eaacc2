#include "rookery/store/sqlite_rows.h"

namespace rookery::store::sqlite {

StoredMessage messageRow(const Run& run) {
  StoredMessage message;
  message.id = run.id(0);
  message.conversationId = run.id(1);
  message.kind = static_cast<ConversationKind>(run.integer(2));
  message.senderId = run.id(3);
  message.seq = static_cast<std::uint64_t>(run.integer(4));
  message.createdAt = run.integer(5);
  message.body = run.text(6);
  message.image = run.text(7);
  message.imageKey = run.text(8);
  message.clientMessageId = run.text(9);
  if (!run.isNull(10)) message.parentId = run.id(10);
  message.commitNo = static_cast<std::uint64_t>(run.integer(11));
  message.version = static_cast<std::uint64_t>(run.integer(12));
  message.status = static_cast<MessageStatus>(run.integer(13));
  message.updatedAt = run.isNull(14) ? message.createdAt : run.integer(14);
  message.deletedAt = run.integer(15);
  return message;
}

}  // namespace rookery::store::sqlite
