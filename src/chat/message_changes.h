#pragma once

#include <string>

#include "rookery/base/clock.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/deduplicator.h"
#include "rookery/chat/search_index.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// What a user wants to do to a message that is confirmed.
struct MessageWish {
  enum class Kind : std::uint8_t { kEdit, kDelete, kReact, kUnreact, kPin, kUnpin };
  Kind kind = Kind::kEdit;
  base::ObjectId message;
  std::string text = {};                      ///< the new body, or the emoji
  std::vector<base::ObjectId> mentions = {};  ///< in the new body; apply() finds them
};

/// The event that tells of a change, which is kChanged; `by` made it. Thread: any.
[[nodiscard]] net::SharedFrame changedEvent(socketio::Namespace& nsp, const MessageWish& wish,
                                            const store::MessageChange& change,
                                            const base::ObjectId& by);

/// Changes of confirmed messages (events.md, conversation features): first they are committed, then
/// those in the conversation are told, in the order of the commits.
/// Thread: any.
class MessageChanges {
 public:
  struct Parts {
    const base::Clock& clock;
    socketio::Namespace& nsp;
    store::StoreReaders& readers;
    Conversations& conversations;
    Deduplicator& deduplicator;
    SearchIndex* searchIndex = nullptr;  ///< to be told; nullptr: there is none
  };
  explicit MessageChanges(const Parts& parts) : p_(parts) {}
  /// Before the first apply().
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  /// `done` hears what the message became, also when it was so already; it runs once, on
  /// `executor`. Errors: kNotFound, kForbidden, kConflict for one that was deleted or a limit that
  /// is reached, kOverloaded, kStoreFailed.
  using Done = base::UniqueFunction<void(base::Result<store::MessageChange>)>;
  void apply(base::Executor& executor, UserRef user, MessageWish wish, Done done);

  /// Reads the message and brings its conversation into memory, and looks whether the user may read
  /// there; `done` runs on `executor`. Errors as above.
  struct Found {
    store::StoredMessage message;
    ConversationRef conversation;
  };
  void find(base::Executor& executor, const UserRef& user, const base::ObjectId& message,
            base::UniqueFunction<void(base::Result<Found>)> done);

 private:
  [[nodiscard]] static base::Result<void> mayChange(const Found& found, const User& user,
                                                    MessageWish::Kind kind);
  void write(base::Executor& executor, const ConversationRef& conversation, const UserRef& user,
             MessageWish wish, Done done);
  void tell(Conversation& conversation, const User& user, const MessageWish& wish,
            const store::MessageChange& change);

  const Parts p_;
  store::StoreWriter* writer_ = nullptr;
};

}  // namespace rookery::chat
