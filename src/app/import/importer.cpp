#include "rookery/app/import/importer.h"

#include <fmt/format.h>

#include <unordered_set>

#include "rookery/app/import/dump.h"
#include "rookery/app/import/message_import.h"
#include "rookery/app/import/message_staging.h"
#include "rookery/chat/join_code.h"

namespace rookery::app {
namespace {

using base::ObjectId;
using base::Result;
using store::ConversationKind;
using store::Database;
using store::WriteResult;

using Ids = std::unordered_set<ObjectId, base::ObjectIdHash>;
template <typename T>
using ById = std::unordered_map<ObjectId, T, base::ObjectIdHash>;

/// Of a name that somebody else has.
std::string besideOther(const std::string& name, const ObjectId& id) {
  constexpr std::size_t kDigits = 6;
  return name + "-" + id.hex().substr(ObjectId::kHexDigits - kDigits);
}

class Importer {
 public:
  Importer(Dump dump, const ImportInto& into) : dump_(std::move(dump)), into_(into) {}

  Result<void> run();
  [[nodiscard]] std::string report() const { return report_.text(); }

 private:
  struct Room {
    store::RoomRecord record;
    MessageImport::Reach reach = {};
  };

  template <typename Row>
  Result<void> each(const std::string& collection, Result<Row> (*read)(const Document&),
                    const std::function<Result<void>(Row)>& take);
  Result<void> users();
  Result<void> workspaces();
  Result<void> addMembers(const ImportedWorkspace& workspace);
  Result<void> channels();
  Result<void> addChannel(store::ChannelRecord channel);
  Result<void> rooms();
  Result<void> addRoom(const store::RoomRecord& room);
  Result<void> messages();
  Result<void> writeChannels();
  Result<void> writeRooms(MessageImport& messages);
  static WriteResult insertRoom(Database& database, const Room& room);

  Dump dump_;
  ImportInto into_;
  ImportReport report_;
  ById<ObjectId> workspaceOfChannel_;
  ImportedConversations conversations_;
  std::vector<store::ChannelRecord> newChannels_;
  std::vector<store::RoomRecord> newRooms_;
  std::map<std::pair<ObjectId, ObjectId>, ObjectId> newPairs_;
};

template <typename Row>
Result<void> Importer::each(const std::string& collection, Result<Row> (*read)(const Document&),
                            const std::function<Result<void>(Row)>& take) {
  return dump_.each(
      collection,
      [&](const Document& document) -> Result<void> {
        auto row = read(document);
        if (row) return take(std::move(*row));
        report_.skip(collection, document.label(), row.error().message);
        return {};
      },
      [&](const std::string& what, const std::string& why) {
        report_.skip(collection, what, why);
      });
}

Result<void> Importer::users() {
  ImportReport::Count& count = report_.of("users");
  RecordWriter<store::UserRecord> writer(
      into_.store,
      {.write = [](Database& database,
                   const store::UserRecord& user) { return database.insertUser(user); },
       .written = [&](const store::UserRecord&) { ++count.added; },
       .conflict =
           [&](store::UserRecord& user, const base::Error& error) {
             const std::string other = besideOther(user.username, user.id);
             if (error.message != "username" || user.username == other) {
               report_.skip("users", user.id.hex(), "another user has the " + error.message);
               return false;
             }
             user.username = other;
             report_.change("users", user.id.hex(),
                            "another user has the username, it is now " + other);
             return true;
           }});
  const auto read =
      each<store::UserRecord>("users", userOf, [&](store::UserRecord user) -> Result<void> {
        const auto known = into_.store.read<std::optional<store::UserRecord>>(
            [id = user.id](store::Reader& reader) { return reader.user(id); });
        if (!known) return base::fail(known.error());
        if (!*known) return writer.add(std::move(user));
        ++count.known;
        return {};
      });
  return read ? writer.flush() : read;
}

Result<void> Importer::workspaces() {
  ImportReport::Count& count = report_.of("workspaces");
  return each<ImportedWorkspace>(
      "workspaces", workspaceOf, [&](ImportedWorkspace it) -> Result<void> {
        for (const ObjectId& channel : it.channels)
          workspaceOfChannel_.emplace(channel, it.record.id);
        const auto known = into_.store.read<std::optional<store::WorkspaceRecord>>(
            [id = it.record.id](store::Reader& reader) { return reader.workspace(id); });
        if (!known) return base::fail(known.error());
        if (*known) {
          ++count.known;
          return addMembers(it);
        }
        if (it.record.joinCode.empty()) it.record.joinCode = chat::newJoinCode(into_.random);
        const WriteResult written = into_.store.write(
            sizeof it.record,
            [record = it.record](Database& database) { return database.insertWorkspace(record); });
        if (!written.ok()) return base::fail(written.error);
        ++count.added;
        return addMembers(it);
      });
}

Result<void> Importer::addMembers(const ImportedWorkspace& workspace) {
  struct Known {
    std::vector<store::MemberRecord> members;
    std::vector<store::UserRecord> users;
  };
  std::vector<ObjectId> ids;
  for (const auto& member : workspace.members) ids.push_back(member.userId);
  const auto known = into_.store.read<Known>(
      [id = workspace.record.id, ids](store::Reader& reader) -> Result<Known> {
        auto members = reader.members(std::span(&id, 1));
        if (!members) return base::fail(members.error());
        auto users = reader.users(ids);
        if (!users) return base::fail(users.error());
        return Known{std::move(*members), std::move(*users)};
      });
  if (!known) return base::fail(known.error());
  Ids users;
  Ids members;
  for (const auto& user : known->users) users.insert(user.id);
  for (const auto& member : known->members) members.insert(member.userId);

  const std::string label = workspace.record.id.hex();
  RecordWriter<store::MemberRecord> writer(
      into_.store,
      {.write = [](Database& database,
                   const store::MemberRecord& member) { return database.insertMember(member); },
       .written =
           [&](const store::MemberRecord& member) {
             if (into_.chat != nullptr) into_.chat->memberChanged(member, {});
           },
       .conflict = [](store::MemberRecord&, const base::Error&) { return false; }});
  for (const store::MemberRecord& member : workspace.members) {
    if (!users.contains(member.userId)) {
      report_.change("workspaces", label, "its member " + member.userId.hex() + " is not there");
    } else if (members.insert(member.userId).second) {
      if (const auto added = writer.add(member); !added) return added;
    }
  }
  return writer.flush();
}

Result<void> Importer::channels() {
  return each<store::ChannelRecord>("channels", channelOf, [&](store::ChannelRecord channel) {
    if (channel.workspaceId.isNull()) {
      const auto found = workspaceOfChannel_.find(channel.id);
      if (found != workspaceOfChannel_.end()) channel.workspaceId = found->second;
    }
    return addChannel(std::move(channel));
  });
}

Result<void> Importer::addChannel(store::ChannelRecord channel) {
  struct Known {
    bool isThere = false;
    bool hasWorkspace = false;
  };
  const auto known = into_.store.read<Known>(
      [id = channel.id, workspaceId = channel.workspaceId](store::Reader& reader) -> Result<Known> {
        const auto there = reader.channel(id);
        if (!there) return base::fail(there.error());
        const auto workspace = reader.workspace(workspaceId);
        if (!workspace) return base::fail(workspace.error());
        return Known{there->has_value(), workspace->has_value()};
      });
  if (!known) return base::fail(known.error());
  if (known->isThere) {
    ++report_.of("channels").known;
    conversations_[channel.id] = {channel.id, into_.chat != nullptr};
  } else if (!known->hasWorkspace) {
    report_.skip("channels", channel.id.hex(), "its workspace is not there");
  } else if (conversations_.emplace(channel.id, ImportedConversation{channel.id, false}).second) {
    newChannels_.push_back(std::move(channel));
  }
  return {};
}

Result<void> Importer::rooms() {
  return each<store::RoomRecord>("rooms", roomOf,
                                 [&](const store::RoomRecord& room) { return addRoom(room); });
}

Result<void> Importer::addRoom(const store::RoomRecord& room) {
  struct Known {
    bool isThere = false;
    std::optional<store::RoomRecord> ofPair;
    std::size_t users = 0;
  };
  const auto known = into_.store.read<Known>([room](store::Reader& reader) -> Result<Known> {
    const auto there = reader.room(room.id);
    if (!there) return base::fail(there.error());
    auto ofPair = reader.roomOfPair(room.senderId, room.recieverId);
    if (!ofPair) return base::fail(ofPair.error());
    const ObjectId ids[] = {room.senderId, room.recieverId};
    const auto users = reader.users(ids);
    if (!users) return base::fail(users.error());
    return Known{there->has_value(), std::move(*ofPair), users->size()};
  });
  if (!known) return base::fail(known.error());
  const bool isServed = into_.chat != nullptr;
  const auto merge = [&](const ObjectId& first, bool isFirstServed) {
    report_.change("rooms", room.id.hex(),
                   "its two users have the room " + first.hex() + ", which takes its messages");
    conversations_[room.id] = {first, isFirstServed};
    conversations_.emplace(first, ImportedConversation{first, isFirstServed});
  };
  const std::size_t wanted = room.senderId == room.recieverId ? 1 : 2;
  const auto pair = std::minmax(room.senderId, room.recieverId);
  if (known->isThere) {
    ++report_.of("rooms").known;
    conversations_[room.id] = {room.id, isServed};
  } else if (known->users < wanted) {
    report_.skip("rooms", room.id.hex(), "one of its users is not there");
  } else if (known->ofPair) {
    merge(known->ofPair->id, isServed);
  } else if (const auto added = newPairs_.emplace(pair, room.id); !added.second) {
    merge(added.first->second, false);
  } else {
    conversations_[room.id] = {room.id, false};
    newRooms_.push_back(room);
  }
  return {};
}

Result<void> Importer::messages() {
  auto staging = MessageStaging::open(into_.stagingPath);
  if (!staging) return base::fail(staging.error());
  for (const auto kind : {ConversationKind::kChannel, ConversationKind::kRoom}) {
    const std::string collection = collectionOf(kind);
    const auto staged = dump_.each(
        collection,
        [&](const Document& document) -> Result<void> {
          auto message = messageOf(document, kind);
          if (message) {
            // Merged rooms are put in order as one.
            const auto known = conversations_.find(message->record.conversationId);
            if (known != conversations_.end() && !known->second.isServed) {
              message->record.conversationId = known->second.id;
            }
            return staging->add(*message);
          }
          report_.skip(collection, document.label(), message.error().message);
          return {};
        },
        [&](const std::string& what, const std::string& why) {
          report_.skip(collection, what, why);
        });
    if (!staged) return staged;
  }
  MessageImport import(into_.store, report_, conversations_);
  const auto added =
      staging->each([&](const ImportedMessage& message) { return import.add(message); });
  if (!added) return added;
  if (const auto finished = import.finish(); !finished) return finished;
  if (const auto written = writeChannels(); !written) return written;
  return writeRooms(import);
}

Result<void> Importer::writeChannels() {
  RecordWriter<store::ChannelRecord> writer(
      into_.store,
      {.write = [](Database& database,
                   const store::ChannelRecord& channel) { return database.insertChannel(channel); },
       .written = [&](const store::ChannelRecord&) { ++report_.of("channels").added; },
       .conflict =
           [&](store::ChannelRecord& channel, const base::Error&) {
             const std::string other = besideOther(channel.name, channel.id);
             if (channel.name.ends_with(other.substr(other.size() - 7))) {
               report_.skip("channels", channel.id.hex(), "its workspace has one of its name");
               return false;
             }
             channel.name = other;
             report_.change("channels", channel.id.hex(),
                            "its workspace has one of its name, it is now " + other);
             return true;
           }});
  for (store::ChannelRecord& channel : newChannels_) {
    if (const auto added = writer.add(std::move(channel)); !added) return added;
  }
  return writer.flush();
}

/// The room, and how far its users are: what they had before is no news to them.
WriteResult Importer::insertRoom(Database& database, const Room& room) {
  WriteResult result = database.insertRoom(room.record);
  for (const ObjectId& user : {room.record.senderId, room.record.recieverId}) {
    bool moved = false;
    for (const MessageImport::Mark& mark : room.reach.read) {
      if (!result.ok() || mark.sender == user) continue;
      store::ReadMark read{user, room.record.id, mark.messageId, mark.seq, mark.at, 0};
      result = database.advanceRead(read, ConversationKind::kRoom, moved);
    }
    if (!result.ok() || room.reach.lastSeq == 0) continue;
    result = database.advanceDelivered(user, room.record.id, room.reach.lastSeq, moved);
  }
  return result;
}

Result<void> Importer::writeRooms(MessageImport& messages) {
  RecordWriter<Room> writer(into_.store, {.write = insertRoom,
                                          .written =
                                              [&](const Room& room) {
                                                ++report_.of("rooms").added;
                                                if (into_.chat != nullptr)
                                                  into_.chat->roomMade(room.record);
                                              },
                                          .conflict =
                                              [&](Room& room, const base::Error&) {
                                                report_.skip("rooms", room.record.id.hex(),
                                                             "its two users have got another room");
                                                return false;
                                              }});
  for (const store::RoomRecord& room : newRooms_) {
    if (const auto added = writer.add({room, messages.reachOf(room.id)}); !added) return added;
  }
  return writer.flush();
}

Result<void> Importer::run() {
  for (const auto step : {&Importer::users, &Importer::workspaces, &Importer::channels,
                          &Importer::rooms, &Importer::messages}) {
    if (auto done = (this->*step)(); !done) {
      done.error().message += "; what was imported stays, begin again when that is mended";
      return done;
    }
  }
  return {};
}

}  // namespace

Result<AdminAnswer> importDump(const std::string& path, ImportInto into) {
  auto dump = Dump::open(path);
  if (!dump) return base::fail(dump.error());
  Importer importer(std::move(*dump), into);
  if (const auto done = importer.run(); !done) return base::fail(done.error());
  return AdminAnswer{.userId = {}, .username = {}, .token = {}, .text = importer.report()};
}

}  // namespace rookery::app
