#include "rookery/api/workspaces.h"

#include <algorithm>

#include "rookery/api/administration.h"
#include "rookery/api/fields.h"
#include "rookery/api/views.h"
#include "rookery/base/encoding.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/join_code.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using base::ObjectId;
using net::HttpResponse;
using store::ChannelRecord;
using store::MemberRecord;
using store::MemberRole;
using store::WorkspaceRecord;

constexpr std::size_t kMaxDescription = 1000;
constexpr std::size_t kWorkspaceBytes = 2048;
constexpr std::size_t kRowBytes = 512;

std::string workspaceJson(const Workspaces& workspaces, const WorkspaceRecord& one,
                          const Services& services) {
  return jsonOf([&](JsonWriter& json) { workspaces.write(json, one, services.options.publicUrl); });
}

/// The workspace, or 404.
Answered<WorkspaceRecord> findWorkspace(store::Reader& reader, const std::optional<ObjectId>& id) {
  if (!id) return notFound("Workspace");
  auto workspace = reader.workspace(*id);
  if (!workspace) return refuse(workspace.error());
  if (!*workspace) return notFound("Workspace");
  return std::move(**workspace);
}

/// One workspace with all that belongs to its answer, or 404.
Answered<Workspaces> readWorkspace(store::Reader& reader, const std::optional<ObjectId>& id) {
  Answered<WorkspaceRecord> workspace = findWorkspace(reader, id);
  if (!workspace) return tl::unexpected(workspace.error());
  return Workspaces::read(reader, {std::move(*workspace)});
}

/// All of a new workspace in one transaction.
store::StoreWriter::Job insertWorkspace(WorkspaceRecord workspace, MemberRecord admin,
                                        ChannelRecord general) {
  return [workspace = std::move(workspace), admin,
          general = std::move(general)](store::Database& database) {
    store::WriteResult result = database.insertWorkspace(workspace);
    if (result.ok()) result = database.insertMember(admin);
    if (result.ok()) result = database.insertChannel(general);
    return result;
  };
}

Failure conflict(unsigned status, std::string message) {
  return {.status = status, .message = std::move(message)};
}

}  // namespace

std::vector<ObjectId> MemberedWorkspace::memberIds() const {
  std::vector<ObjectId> ids;
  for (const MemberRecord& member : members) ids.push_back(member.userId);
  return ids;
}

Answered<MemberedWorkspace> ownWorkspace(const Asked& asked, const std::optional<ObjectId>& id) {
  Answered<WorkspaceRecord> workspace = findWorkspace(asked.reader, id);
  if (!workspace) return tl::unexpected(workspace.error());
  auto members = asked.reader.members({&*id, 1});
  if (!members) return refuse(members.error());
  const auto me = std::find_if(members->begin(), members->end(),
                               [&](const MemberRecord& one) { return one.userId == asked.me.id; });
  if (me == members->end()) return refuse(401, "You are not a member of this workspace");
  if (me->role != MemberRole::kAdmin) {
    return refuse(403, "Only an admin of the workspace may do this");
  }
  return MemberedWorkspace{std::move(*workspace), std::move(*members)};
}

Answered<std::string> workspaceJson(store::Reader& reader, const Services& services,
                                    const ObjectId& id) {
  const Answered<Workspaces> found = readWorkspace(reader, id);
  if (!found) return tl::unexpected(found.error());
  return workspaceJson(*found, found->all().front(), services);
}

base::UniqueFunction<Answered<HttpResponse>(store::Reader&)> answerWorkspace(
    const Services& services, const ObjectId& id, Envelope envelope, std::string message) {
  return [&services, id, envelope,
          message = std::move(message)](store::Reader& reader) -> Answered<HttpResponse> {
    const Answered<std::string> json = workspaceJson(reader, services, id);
    if (!json) return tl::unexpected(json.error());
    return envelope(200, message, *json);
  };
}

Answered<Decision> createWorkspace(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const Services& services = asked.services;
  const base::WallMs now = services.clock.wall();
  WorkspaceRecord workspace{
      .id = services.ids.next(),
      .name = fields.trimmed("name", {.min = 3}),
      .description = fields.optionalText("description", kMaxDescription).value_or(""),
      .joinCode = chat::newJoinCode(services.random),
      .createdAt = now,
      .updatedAt = now};
  if (auto failure = fields.failure()) return refuse(std::move(*failure));

  const MemberRecord admin{.workspaceId = workspace.id,
                           .userId = asked.me.id,
                           .role = MemberRole::kAdmin,
                           .createdAt = now};
  ChannelRecord general{.id = services.ids.next(),
                        .workspaceId = workspace.id,
                        .name = "general",
                        .createdAt = now,
                        .updatedAt = now};
  const ObjectId id = workspace.id;
  return Change{.bytes = kWorkspaceBytes,
                .job = insertWorkspace(std::move(workspace), admin, std::move(general)),
                .onConflict = conflict(409, "The workspace exists already"),
                .committed = [admin, name = asked.me.username](
                                 chat::ChatAdmin& chat) { chat.memberChanged(admin, name); },
                .answer = answerWorkspace(services, id, envelopeA, "Workspace created")};
}

Answered<HttpResponse> listWorkspaces(const Asked& asked) {
  auto own = asked.reader.workspacesOf(asked.me.id);
  if (!own) return refuse(own.error());
  const Answered<Workspaces> found = Workspaces::read(asked.reader, std::move(*own));
  if (!found) return tl::unexpected(found.error());
  return envelopeC(202, "Workspaces fetched", jsonOf([&](JsonWriter& json) {
                     json.beginArray();
                     for (const WorkspaceRecord& one : found->all()) {
                       found->write(json, one, asked.services.options.publicUrl);
                     }
                     json.endArray();
                   }));
}

Answered<HttpResponse> workspaceByJoinCode(const Asked& asked) {
  auto named =
      asked.reader.workspacesByJoinCode(asked.request.head.parameter("joinCode").value_or(""));
  if (!named) return refuse(named.error());
  if (named->empty()) return notFound("Workspace");
  const Answered<Workspaces> found = Workspaces::read(asked.reader, std::move(*named));
  if (!found) return tl::unexpected(found.error());
  const auto& all = found->all();
  const auto own = std::find_if(all.begin(), all.end(), [&](const WorkspaceRecord& one) {
    return found->member(one.id, asked.me.id) != nullptr;
  });
  if (own == all.end()) return refuse(401, "You are not a member of this workspace");
  return envelopeB(200, "Workspace fetched", workspaceJson(*found, *own, asked.services));
}

Answered<HttpResponse> getWorkspace(const Asked& asked) {
  const Answered<Workspaces> found = readWorkspace(asked.reader, asked.request.id());
  if (!found) return tl::unexpected(found.error());
  const WorkspaceRecord& one = found->all().front();
  if (found->member(one.id, asked.me.id) == nullptr) return notFound("Workspace");
  return envelopeB(200, "Workspace fetched", workspaceJson(*found, one, asked.services));
}

Answered<Decision> addChannel(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  std::string name = fields.trimmed("channelName", {});
  if (auto failure = fields.failure()) return refuse(std::move(*failure));

  const Answered<MemberedWorkspace> workspace = ownWorkspace(asked, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  const ObjectId id = workspace->record.id;

  const Services& services = asked.services;
  const base::WallMs now = services.clock.wall();
  const ChannelRecord channel{.id = services.ids.next(),
                              .workspaceId = id,
                              .name = std::move(name),
                              .createdAt = now,
                              .updatedAt = now};
  return Change{
      .bytes = kRowBytes,
      .job = [channel](store::Database& database) { return database.insertChannel(channel); },
      .onConflict = conflict(403, "A channel of this name exists already"),
      .committed =
          [channel, members = workspace->memberIds()](chat::ChatAdmin& chat) {
            chat.tell(members, chat::kChannelCreated, jsonOf([&](JsonWriter& json) {
                        json.beginObject().key("workspaceId").id(channel.workspaceId);
                        json.key("channelId").id(channel.id);
                        json.key("name").string(channel.name).endObject();
                      }));
          },
      .answer = answerWorkspace(services, id, envelopeA, "Channel added")};
}

Answered<Decision> joinWorkspace(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::string code = fields.trimmed("joinCode", {});
  if (auto failure = fields.failure()) return refuse(std::move(*failure));

  const Answered<WorkspaceRecord> workspace = findWorkspace(asked.reader, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  if (!base::equalInConstantTime(code, workspace->joinCode)) {
    return refuse(401, "Invalid join code");
  }
  const MemberRecord member{.workspaceId = workspace->id,
                            .userId = asked.me.id,
                            .role = MemberRole::kMember,
                            .createdAt = asked.services.clock.wall()};
  const auto members = asked.reader.members({&workspace->id, 1});
  if (!members) return refuse(members.error());
  std::vector<ObjectId> told = {asked.me.id};
  for (const MemberRecord& one : *members) told.push_back(one.userId);
  return Change{
      .bytes = kRowBytes,
      .job = [member](store::Database& database) { return database.insertMember(member); },
      .onConflict = conflict(409, "You are a member of this workspace already"),
      .committed = tellMemberAdded(member, asked.me, std::move(told), asked.services),
      .answer = answerWorkspace(asked.services, workspace->id, envelopeB, "Workspace joined")};
}

Answered<HttpResponse> workspaceMember(const Asked& asked) {
  const Answered<WorkspaceRecord> workspace = findWorkspace(asked.reader, asked.request.id());
  if (!workspace) return tl::unexpected(workspace.error());
  const auto own = asked.reader.workspacesOf(asked.me.id);
  if (!own) return refuse(own.error());
  const bool isMember = std::any_of(own->begin(), own->end(), [&](const WorkspaceRecord& one) {
    return one.id == workspace->id;
  });
  if (!isMember) return refuse(401, "You are not a member of this workspace");
  return envelopeC(200, "Member fetched", jsonOf([&](JsonWriter& json) {
                     writeUser(json, asked.me, asked.services.options.publicUrl);
                   }));
}

}  // namespace rookery::api
