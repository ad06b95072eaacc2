#include "rookery/api/administration.h"

#include <algorithm>
#include <memory>

#include "rookery/api/fields.h"
#include "rookery/api/rooms.h"
#include "rookery/api/views.h"
#include "rookery/api/workspaces.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/join_code.h"
#include "rookery/chat/message_json.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using base::ObjectId;
using net::HttpResponse;
using store::ChannelRecord;
using store::MemberRecord;
using store::MemberRole;
using store::RoomRecord;
using store::WorkspaceRecord;

constexpr std::size_t kMaxDescription = 1000;
constexpr std::size_t kMaxImage = 2048;
constexpr std::size_t kRowBytes = 4096;

std::string workspaceEvent(const WorkspaceRecord& workspace) {
  return jsonOf([&](JsonWriter& json) {
    json.beginObject().key("workspaceId").id(workspace.id).key("name").string(workspace.name);
    json.key("description").string(workspace.description);
    json.key("image").string(workspace.image);
    json.key("updatedAt").time(workspace.updatedAt).endObject();
  });
}

/// Changes the workspace, tells its members and answers with it.
Change modify(const Asked& asked, const MemberedWorkspace& workspace,
              std::function<void(WorkspaceRecord&)> change, std::string message) {
  using After = std::optional<WorkspaceRecord>;
  // Shared by the job and what follows it.
  auto after = std::make_shared<After>();
  const ObjectId id = workspace.record.id;
  return Change{.bytes = kRowBytes,
                .job =
                    [id, after, now = asked.services.clock.wall(),
                     change = std::move(change)](store::Database& database) {
                      return database.modifyWorkspace(
                          id,
                          [&](WorkspaceRecord& it) {
                            change(it);
                            it.updatedAt = now;
                          },
                          *after);
                    },
                .onConflict = Failure{.status = 409, .message = "This is there already"},
                .committed =
                    [after, members = workspace.memberIds()](chat::ChatAdmin& chat) {
                      if (*after)
                        chat.tell(members, chat::kWorkspaceUpdated, workspaceEvent(**after));
                    },
                .answer = answerWorkspace(asked.services, id, envelopeB, std::move(message))};
}

/// Makes somebody a member, tells all of them and answers with the workspace.
Answered<Decision> addMember(const Asked& asked, const MemberedWorkspace& workspace,
                             const store::UserRecord& user, MemberRole role, Envelope envelope) {
  const MemberRecord member{.workspaceId = workspace.record.id,
                            .userId = user.id,
                            .role = role,
                            .createdAt = asked.services.clock.wall()};
  std::vector<ObjectId> told = workspace.memberIds();
  if (std::find(told.begin(), told.end(), user.id) != told.end()) {
    return refuse(403, "This user is a member already");
  }
  told.push_back(user.id);
  return Change{
      .bytes = kRowBytes,
      .job = [member](store::Database& database) { return database.insertMember(member); },
      .onConflict = Failure{.status = 403, .message = "This user is a member already"},
      .committed = tellMemberAdded(member, user, std::move(told), asked.services),
      .answer = answerWorkspace(asked.services, workspace.record.id, envelope, "Member added")};
}

std::string roomEvent(const RoomRecord& room, bool isDeleted) {
  return jsonOf([&](JsonWriter& json) {
    json.beginObject().key("roomId").id(room.id);
    json.key("status").string(chat::roomStatusText(room.status));
    json.key("deleted").boolean(isDeleted).endObject();
  });
}

std::vector<ObjectId> usersOf(const RoomRecord& room) { return {room.senderId, room.recieverId}; }

Answered<std::string> roomJson(const Asked& asked, const RoomRecord& room) {
  const Answered<People> people = People::read(asked.reader, usersOf(room));
  if (!people) return tl::unexpected(people.error());
  const Views views(*people, asked.services.options.publicUrl);
  return jsonOf([&](JsonWriter& json) { views.room(json, room); });
}

/// For Change::answer: what is known before the change.
auto answerWith(unsigned status, Envelope envelope, const char* message, std::string json) {
  return [status, envelope, message, json = std::move(json)](
             store::Reader&) -> Answered<HttpResponse> { return envelope(status, message, json); };
}

}  // namespace

base::UniqueFunction<void(chat::ChatAdmin&)> tellMemberAdded(const MemberRecord& member,
                                                             const store::UserRecord& user,
                                                             std::vector<ObjectId> told,
                                                             const Services& services) {
  return [member, user, told = std::move(told),
          url = services.options.publicUrl](chat::ChatAdmin& chat) {
    chat.memberChanged(member, user.username);
    chat.tell(told, chat::kMemberAdded, jsonOf([&](JsonWriter& json) {
                json.beginObject().key("workspaceId").id(member.workspaceId);
                json.key("user");
                writePerson(json, user, url);
                json.key("role").string(roleName(member.role)).endObject();
              }));
  };
}

Answered<Decision> updateWorkspace(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::optional<std::string> name = fields.optionalTrimmed("name", {.min = 3});
  const std::optional<std::string> description =
      fields.optionalText("description", kMaxDescription);
  const std::optional<std::string> image = fields.optionalText("image", kMaxImage);
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  return modify(
      asked, *workspace,
      [name, description, image](WorkspaceRecord& it) {
        if (name) it.name = *name;
        if (description) it.description = *description;
        if (image) it.image = *image;
      },
      "Workspace updated");
}

Answered<Decision> resetJoinCode(const Asked& asked) {
  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  return modify(
      asked, *workspace,
      [code = chat::newJoinCode(asked.services.random)](WorkspaceRecord& it) {
        it.joinCode = code;
      },
      "Join code reset");
}

Answered<Decision> deleteWorkspace(const Asked& asked) {
  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  const ObjectId id = workspace->record.id;
  const auto channels = asked.reader.channels({&id, 1});
  if (!channels) return refuse(channels.error());
  Answered<std::string> json = workspaceJson(asked.reader, asked.services, id);
  if (!json) return tl::unexpected(json.error());
  // One that is added meanwhile goes with the others.
  auto gone = std::make_shared<std::vector<ObjectId>>();
  return Change{
      .bytes = kRowBytes,
      .job =
          [id, gone](store::Database& database) {
            gone->clear();
            return database.deleteWorkspace(id, *gone);
          },
      .onConflict = Failure{.status = 409, .message = "The workspace is being changed, try again"},
      .committed =
          [id, gone, members = workspace->memberIds()](chat::ChatAdmin& chat) {
            chat.conversationsDeleted(*gone);
            for (const ObjectId& channel : *gone) {
              chat.tell(members, chat::kChannelDeleted, jsonOf([&](JsonWriter& out) {
                          out.beginObject().key("workspaceId").id(id);
                          out.key("channelId").id(channel).endObject();
                        }));
            }
            chat.tell(members, chat::kWorkspaceUpdated, jsonOf([&](JsonWriter& out) {
                        out.beginObject().key("workspaceId").id(id);
                        out.key("deleted").boolean(true).endObject();
                      }));
          },
      .answer = answerWith(202, envelopeC, "Workspace deleted", std::move(*json))};
}

Answered<Decision> addWorkspaceMember(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::string user = fields.trimmed("user", {});
  const std::string role = fields.optionalText("role", 100).value_or("member");
  if (role != "member" && role != "admin") {
    fields.explain("role", "role must be member or admin");
  }
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  const std::optional<ObjectId> id = ObjectId::parse(user);
  if (!id) return notFound("User");
  const auto found = asked.reader.user(*id);
  if (!found) return refuse(found.error());
  if (!*found) return notFound("User");
  return addMember(asked, *workspace, **found,
                   role == "admin" ? MemberRole::kAdmin : MemberRole::kMember, envelopeA);
}

Answered<Decision> addMemberByName(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::string name = fields.trimmed("username", {});
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  const auto found = asked.reader.userByUsername(name);
  if (!found) return refuse(found.error());
  if (!*found) return notFound("User");
  return addMember(asked, *workspace, **found, MemberRole::kMember, envelopeB);
}

Answered<Decision> renameChannel(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  // Deployed clients send either.
  const std::optional<std::string> other = fields.optionalTrimmed("channelName", {});
  std::string name = other ? *other : fields.trimmed("name", {});
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  const std::optional<ObjectId> id = asked.request.id();
  if (!id) return notFound("Channel");
  auto channel = asked.reader.channel(*id);
  if (!channel) return refuse(channel.error());
  if (!*channel) return notFound("Channel");
  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, (*channel)->workspaceId);
  if (!workspace) return tl::unexpected(workspace.error());

  ChannelRecord renamed = **channel;
  renamed.name = std::move(name);
  renamed.updatedAt = asked.services.clock.wall();
  std::string json = jsonOf([&](JsonWriter& out) {
    out.beginObject().key("_id").id(renamed.id).key("name").string(renamed.name);
    out.key("workspaceId").id(renamed.workspaceId).key("createdAt").time(renamed.createdAt);
    out.key("updatedAt").time(renamed.updatedAt).endObject();
  });
  return Change{
      .bytes = kRowBytes,
      .job =
          [renamed](store::Database& database) {
            return database.renameChannel(renamed.id, renamed.name, renamed.updatedAt);
          },
      .onConflict = Failure{.status = 403, .message = "A channel of this name exists already"},
      .committed =
          [renamed, members = workspace->memberIds()](chat::ChatAdmin& chat) {
            chat.channelChanged(renamed);
            chat.tell(members, chat::kChannelUpdated, jsonOf([&](JsonWriter& out) {
                        out.beginObject().key("workspaceId").id(renamed.workspaceId);
                        out.key("channelId").id(renamed.id);
                        out.key("name").string(renamed.name).endObject();
                      }));
          },
      .answer = answerWith(200, envelopeC, "Channel updated", std::move(json))};
}

Answered<Decision> updateRoom(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::string wanted = fields.trimmed("status", {});
  std::optional<store::RoomStatus> status;
  for (const auto one :
       {store::RoomStatus::kActive, store::RoomStatus::kBlocked, store::RoomStatus::kMuted}) {
    if (chat::roomStatusText(one) == wanted) status = one;
  }
  if (!status) fields.explain("status", "status must be active, blocked or muted");
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  Answered<RoomRecord> room = ownRoom(asked, asked.request.id());
  if (!room) return tl::unexpected(room.error());
  room->status = *status;
  room->updatedAt = asked.services.clock.wall();
  Answered<std::string> json = roomJson(asked, *room);
  if (!json) return tl::unexpected(json.error());
  return Change{.bytes = kRowBytes,
                .job =
                    [room = *room](store::Database& database) {
                      return database.setRoomStatus(room.id, room.status, room.updatedAt);
                    },
                .onConflict = std::nullopt,
                .committed =
                    [room = *room](chat::ChatAdmin& chat) {
                      chat.roomChanged(room);
                      chat.tell(usersOf(room), chat::kRoomUpdated, roomEvent(room, false));
                    },
                .answer = answerWith(200, envelopeA, "Room updated", std::move(*json))};
}

Answered<Decision> deleteRoom(const Asked& asked) {
  const Answered<RoomRecord> room = ownRoom(asked, asked.request.id());
  if (!room) return tl::unexpected(room.error());
  Answered<std::string> json = roomJson(asked, *room);
  if (!json) return tl::unexpected(json.error());
  return Change{
      .bytes = kRowBytes,
      .job = [id = room->id](store::Database& database) { return database.deleteRoom(id); },
      .onConflict = std::nullopt,
      .committed =
          [room = *room](chat::ChatAdmin& chat) {
            chat.conversationsDeleted({&room.id, 1});
            chat.tell(usersOf(room), chat::kRoomUpdated, roomEvent(room, true));
          },
      .answer = answerWith(200, envelopeA, "Room deleted", std::move(*json))};
}

}  // namespace rookery::api
