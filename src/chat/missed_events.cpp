#include "rookery/chat/missed_events.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "rookery/chat/event_names.h"
#include "rookery/chat/mentions.h"
#include "rookery/chat/message_changes.h"
#include "rookery/chat/message_json.h"
#include "rookery/chat/receipts.h"
#include "rookery/chat/senders.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using store::ConversationKind;
using store::StoredMessage;

constexpr std::uint32_t kPage = 100;

tl::unexpected<base::Error> tooMuch() {
  return base::fail(ErrorCode::kNotFound, "More was missed than is sent again");
}

store::MessageChange changeTo(const StoredMessage& row) {
  store::MessageChange change;
  change.message = row;
  return change;
}

/// Rooms and channels as confirmed messages show them, each read once.
class Places {
 public:
  explicit Places(store::Reader& reader) : reader_(reader) {}

  struct Place {
    std::string json;
    base::ObjectId workspace;
  };
  /// kNotFound for one that is gone.
  base::Result<const Place*> of(const StoredMessage& message) {
    const auto [at, isNew] = known_.try_emplace(message.conversationId);
    if (!isNew) return &at->second;
    if (message.kind == ConversationKind::kChannel) {
      const auto channel = reader_.channel(message.conversationId);
      if (!channel) return base::fail(channel.error());
      if (!*channel) return gone();
      at->second = {channelJson(**channel), (*channel)->workspaceId};
    } else {
      const auto room = reader_.room(message.conversationId);
      if (!room) return base::fail(room.error());
      if (!*room) return gone();
      at->second = {roomJson(**room), {}};
    }
    return &at->second;
  }

 private:
  static tl::unexpected<base::Error> gone() {
    return base::fail(ErrorCode::kNotFound, "The conversation is gone");
  }

  store::Reader& reader_;
  std::map<base::ObjectId, Place> known_;
};

}  // namespace

base::Result<std::vector<MissedEvents::Event>> MissedEvents::read(base::WallMs readSince) {
  if (const Done done = readMessages(); !done) return base::fail(done.error());
  if (const Done done = makeConfirmed(); !done) return base::fail(done.error());
  if (const Done done = readMarks(readSince); !done) return base::fail(done.error());
  if (entries_.size() > kMost) return tooMuch();
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.order < b.order; });
  std::vector<Event> events;
  for (Entry& entry : entries_) events.push_back(std::move(entry.event));
  return events;
}

MissedEvents::Done MissedEvents::readMessages() {
  const auto news = reader_.newsOf(user_, since_, kMost + 1);
  if (!news) return base::fail(news.error());
  std::uint64_t count = 0;
  for (const store::ConversationNews& one : *news) count += one.lastSeq - one.knownSeq;
  if (count > kMost) return tooMuch();
  for (const store::ConversationNews& one : *news) {
    if (const Done done = readNew(one); !done) return done;
    if (const Done done = readChanged(one); !done) return done;
  }
  return {};
}

MissedEvents::Done MissedEvents::readNew(const store::ConversationNews& news) {
  std::uint64_t after = news.knownSeq;
  while (after < news.lastSeq) {
    auto rows = reader_.messagesSince(news.conversationId, after, kPage);
    if (!rows) return base::fail(rows.error());
    if (rows->empty()) return {};
    after = rows->back().seq;
    for (StoredMessage& row : *rows) {
      bytes_ += row.queuedBytes();
      bool isEdited = false;
      const auto told = isTold(row, isEdited);
      if (!told) return base::fail(told.error());
      if (!*told || bytes_ > kMostBytes) return tooMuch();
      fresh_.push_back(std::move(row));
    }
  }
  return {};
}

MissedEvents::Done MissedEvents::readChanged(const store::ConversationNews& news) {
  auto rows = reader_.changesSince(news.conversationId, news.knownSeq, since_, kMost + 1);
  if (!rows) return base::fail(rows.error());
  for (const StoredMessage& row : *rows) {
    bytes_ += row.queuedBytes();
    bool isEdited = false;
    const auto told = isTold(row, isEdited);
    if (!told) return base::fail(told.error());
    if (!*told || bytes_ > kMostBytes) return tooMuch();
    if (row.deletedAt != 0) {
      addDeletion(row);
    } else if (isEdited) {
      addEdit(row);
    }
  }
  return {};
}

/// Each edit leaves a version and each reply is counted: a version that they do not account for is
/// of a reaction, a pin, or of a reply that was deleted.
base::Result<bool> MissedEvents::isTold(const StoredMessage& message, bool& isEdited) {
  if (message.deletedAt != 0 || message.version == 1) return true;
  const auto versions = reader_.versionsOf(message.id);
  if (!versions) return base::fail(versions.error());
  isEdited = !versions->empty();
  return message.version == 1 + versions->size() + message.replyCount;
}

MissedEvents::Done MissedEvents::makeConfirmed() {
  const auto senders = Senders::read(reader_, fresh_, options_.publicUrl);
  if (!senders) return base::fail(senders.error());
  Places places(reader_);
  for (const StoredMessage& row : fresh_) {
    if (row.deletedAt != 0) {
      addDeletion(row);
      continue;
    }
    const auto place = places.of(row);
    if (!place) return base::fail(place.error());
    const std::string sender = senders->json(row.senderId);
    const bool isChannel = row.kind == ConversationKind::kChannel;
    socketio::EventFrame frame(nsp_, isChannel ? kChannelMessageConfirmed : kRoomMessageConfirmed,
                               1024 + 2 * row.body.size());
    writeConfirmed(frame.args(), {row.kind, (*place)->workspace, (*place)->json}, sender, row,
                   row.commitNo);
    frame.tells(row.commitNo);
    add(row.commitNo, frame.finish(), row.version == 1);
    // Also for a client that knows the message: newsOf() cannot always tell.
    if (row.editedAt != 0) addEdit(row);
    const bool isNamed =
        row.senderId != user_ &&
        std::find(row.mentions.begin(), row.mentions.end(), user_) != row.mentions.end();
    if (isNamed)
      add(row.commitNo, mentionedEvent(nsp_, row.kind, sender, row, row.commitNo), false);
  }
  return {};
}

MissedEvents::Done MissedEvents::readMarks(base::WallMs since) {
  const auto rooms = reader_.roomsOf(user_);
  if (!rooms) return base::fail(rooms.error());
  const auto subscriptions = reader_.subscriptionsOf(user_);
  if (!subscriptions) return base::fail(subscriptions.error());
  std::map<base::ObjectId, ConversationKind> kinds;
  for (const store::RoomRecord& room : *rooms) kinds[room.id] = ConversationKind::kRoom;
  for (const store::Subscription& one : *subscriptions) kinds[one.conversationId] = one.kind;
  std::vector<base::ObjectId> ids;
  for (const auto& [id, kind] : kinds) ids.push_back(id);
  const auto marks = reader_.readMarks(ids, since, kMost + 1);
  if (!marks) return base::fail(marks.error());
  if (marks->size() > kMost) return tooMuch();
  for (const store::ReadMark& mark : *marks) {
    if (mark.commitNo <= since_) continue;
    add(mark.commitNo, readEvent(nsp_, kinds[mark.conversationId], mark, mark.commitNo), true);
  }
  return {};
}

void MissedEvents::addEdit(const StoredMessage& row) {
  add(row.commitNo,
      changedEvent(nsp_, {MessageWish::Kind::kEdit, row.id}, changeTo(row), row.senderId), false);
}

void MissedEvents::addDeletion(const StoredMessage& row) {
  add(row.commitNo,
      changedEvent(nsp_, {MessageWish::Kind::kDelete, row.id}, changeTo(row),
                   row.deletedBy.value_or(row.senderId)),
      false);
}

void MissedEvents::add(std::uint64_t commitNo, net::SharedFrame frame, bool isAllOfIt) {
  entries_.push_back({commitNo, {std::move(frame), isAllOfIt ? commitNo : 0}});
}

}  // namespace rookery::chat
