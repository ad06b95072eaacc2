#pragma once

#include <cstdint>
#include <vector>

#include "rookery/chat/options.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/recovery_source.h"
#include "rookery/store/database.h"

namespace rookery::chat {

/// What a user's sockets were told after a commit, made again from the store: `…Confirmed` and
/// `mentioned`, `messageEdited`, `messageDeleted`, `messageRead`.
/// Thread: a reader's.
class MissedEvents {
 public:
  using Event = socketio::RecoverySource::Event;
  static constexpr std::uint32_t kMost = 1'000;
  static constexpr std::size_t kMostBytes = 1 << 20;  ///< of messages, about

  MissedEvents(store::Reader& reader, socketio::Namespace& nsp, const base::ObjectId& user,
               std::uint64_t since, const Options& options)
      : reader_(reader), nsp_(nsp), user_(user), since_(since), options_(options) {}

  /// In the order of the commits. `readSince`: when the first of the read marks was set, at the
  /// earliest. Errors: kNotFound for what cannot be told by events: too much, or a reaction or a
  /// pin, of which one that was taken back leaves no trace; else as the reader's.
  [[nodiscard]] base::Result<std::vector<Event>> read(base::WallMs readSince);

 private:
  using Done = base::Result<void>;
  [[nodiscard]] Done readMessages();
  [[nodiscard]] Done readNew(const store::ConversationNews& news);
  [[nodiscard]] Done readChanged(const store::ConversationNews& news);
  /// Whether events can say how the message came to be what it is.
  [[nodiscard]] base::Result<bool> isTold(const store::StoredMessage& message, bool& isEdited);
  [[nodiscard]] Done makeConfirmed();
  [[nodiscard]] Done readMarks(base::WallMs since);
  void addEdit(const store::StoredMessage& row);
  void addDeletion(const store::StoredMessage& row);
  void add(std::uint64_t commitNo, net::SharedFrame frame, bool isAllOfIt);

  store::Reader& reader_;
  socketio::Namespace& nsp_;
  const base::ObjectId user_;
  const std::uint64_t since_;
  const Options& options_;
  std::size_t bytes_ = 0;
  std::vector<store::StoredMessage> fresh_;
  struct Entry {
    std::uint64_t order = 0;
    Event event;
  };
  std::vector<Entry> entries_;
};

}  // namespace rookery::chat
