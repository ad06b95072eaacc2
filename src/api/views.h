#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rookery/api/failure.h"
#include "rookery/base/json_writer.h"
#include "rookery/store/database.h"

/// How rest.md shows what the store keeps.
/// Thread: any.
namespace rookery::api {

/// Users by id, read together.
class People {
 public:
  /// Reads those of `ids` that exist, in one query. Doubles are welcome.
  [[nodiscard]] static Answered<People> read(store::Reader& reader,
                                             std::vector<base::ObjectId> ids);
  /// Null when there is no such user.
  [[nodiscard]] const store::UserRecord* find(const base::ObjectId& id) const;

 private:
  std::unordered_map<base::ObjectId, store::UserRecord, base::ObjectIdHash> users_;
};

/// Writes users and what refers to them. Borrows both for its own life.
class Views {
 public:
  Views(const People& people, std::string_view publicUrl) : people_(people), url_(publicUrl) {}

  /// `{_id, username, email, avatar, name, about, createdAt, updatedAt}`; of one who is gone
  /// `{_id, username: "deleted-user", email: "", avatar}`.
  void user(base::JsonWriter& json, const base::ObjectId& id) const;
  /// `{_id, username, email, avatar}`
  void person(base::JsonWriter& json, const base::ObjectId& id) const;
  /// With both users, and `lastMessage` where `withLastMessage` says so (null: none).
  void room(base::JsonWriter& json, const store::RoomRecord& room) const;
  void room(base::JsonWriter& json, const store::RoomRecord& room,
            const store::StoredMessage* lastMessage) const;
  /// An item of a list; `workspace` is that of the channel, not looked at for a room.
  void message(base::JsonWriter& json, const store::StoredMessage& message,
               const base::ObjectId& workspace) const;
  /// An array of them.
  void messages(base::JsonWriter& json, const std::vector<store::StoredMessage>& all,
                const base::ObjectId& workspace) const;

 private:
  void roomFields(base::JsonWriter& json, const store::RoomRecord& room) const;

  const People& people_;
  std::string_view url_;
};

/// `{_id, username, email, avatar}` of a user that is at hand.
void writePerson(base::JsonWriter& json, const store::UserRecord& user, std::string_view publicUrl);
[[nodiscard]] std::string_view roleName(store::MemberRole role);
/// A user that is at hand.
void writeUser(base::JsonWriter& json, const store::UserRecord& user, std::string_view publicUrl);

/// Workspaces with all that belongs to their answers, read with three queries however many.
class Workspaces {
 public:
  [[nodiscard]] static Answered<Workspaces> read(store::Reader& reader,
                                                 std::vector<store::WorkspaceRecord> workspaces,
                                                 std::vector<base::ObjectId> otherPeople = {});

  [[nodiscard]] const std::vector<store::WorkspaceRecord>& all() const { return workspaces_; }
  [[nodiscard]] const People& people() const { return people_; }
  /// Null when the user is no member.
  [[nodiscard]] const store::MemberRecord* member(const base::ObjectId& workspace,
                                                  const base::ObjectId& user) const;
  /// `{_id, name, description, joinCode, members: [{memberId: person, role}], channels: [{_id,
  /// name}], createdAt, updatedAt}`
  void write(base::JsonWriter& json, const store::WorkspaceRecord& workspace,
             std::string_view publicUrl) const;

 private:
  std::vector<store::WorkspaceRecord> workspaces_;
  std::unordered_map<base::ObjectId, std::vector<store::MemberRecord>, base::ObjectIdHash> members_;
  std::unordered_map<base::ObjectId, std::vector<store::ChannelRecord>, base::ObjectIdHash>
      channels_;
  People people_;
};

/// What `write` writes, as text.
template <typename Write>
[[nodiscard]] std::string jsonOf(Write&& write) {
  std::string text;
  base::JsonWriter json(text);
  write(json);
  return text;
}

}  // namespace rookery::api
