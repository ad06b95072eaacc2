#include "rookery/app/import/message_staging.h"

#include <unistd.h>

#include <atomic>

#include "rookery/store/sqlite_connection.h"

namespace rookery::app {
namespace {

namespace sqlite = store::sqlite;
using base::Result;

std::atomic<std::uint64_t> uncounted{0};

// Nobody reads the file after a crash: it is neither journaled nor synced.
constexpr const char* kSetUp =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; "
    "CREATE TABLE staged (conversation BLOB NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL, "
    "sender BLOB NOT NULL, kind INTEGER NOT NULL, is_read INTEGER NOT NULL, body TEXT NOT NULL, "
    "image TEXT NOT NULL, image_key TEXT NOT NULL); BEGIN";

tl::unexpected<base::Error> failed(const sqlite::Connection& connection) {
  return base::fail(base::ErrorCode::kStoreFailed,
                    "messages cannot be put in order: " + connection.message());
}

void removeFiles(const std::string& path) {
  for (const char* suffix : {"", "-journal"}) unlink((path + suffix).c_str());
}

}  // namespace

struct MessageStaging::Impl {
  std::string path;
  sqlite::Connection connection;
  std::unique_ptr<sqlite::Statement> insert;

  ~Impl() { removeFiles(path); }
};

MessageStaging::MessageStaging(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MessageStaging::MessageStaging(MessageStaging&&) noexcept = default;
MessageStaging::~MessageStaging() = default;

Result<MessageStaging> MessageStaging::open(const std::string& path) {
  removeFiles(path);
  auto connection = sqlite::Connection::open(path, uncounted);
  if (!connection) return base::fail(connection.error());
  std::unique_ptr<Impl> impl(new Impl{path, std::move(*connection), nullptr});
  if (impl->connection.run(kSetUp) != SQLITE_OK) return failed(impl->connection);
  impl->insert = std::make_unique<sqlite::Statement>(
      impl->connection, "INSERT INTO staged VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  if (!impl->connection.isPrepared()) return failed(impl->connection);
  return MessageStaging(std::move(impl));
}

Result<void> MessageStaging::add(const ImportedMessage& message) {
  const store::MessageRecord& it = message.record;
  sqlite::Run run(*impl_->insert, it.conversationId, it.createdAt, it.id, it.senderId, it.kind,
                  message.isRead, it.body, it.image, it.imageKey);
  return run.done() ? Result<void>{} : failed(impl_->connection);
}

Result<void> MessageStaging::each(const Take& take) {
  sqlite::Statement ask(impl_->connection,
                        "SELECT conversation, at, id, sender, kind, is_read, body, image, "
                        "image_key FROM staged ORDER BY at, conversation, id");
  if (!impl_->connection.isPrepared()) return failed(impl_->connection);
  sqlite::Run run(ask);
  while (run.next()) {
    ImportedMessage message;
    message.record.conversationId = run.id(0);
    message.record.createdAt = run.integer(1);
    message.record.id = run.id(2);
    message.record.senderId = run.id(3);
    message.record.kind = static_cast<store::ConversationKind>(run.integer(4));
    message.isRead = run.integer(5) != 0;
    message.record.body = run.text(6);
    message.record.image = run.text(7);
    message.record.imageKey = run.text(8);
    if (const auto taken = take(message); !taken) return taken;
  }
  return run.ok() ? Result<void>{} : failed(impl_->connection);
}

}  // namespace rookery::app
