#pragma once

#include "rookery/api/call.h"

/// Workspaces, their channels and members (rest.md).
/// Thread: a reader of the store.
namespace rookery::api {

[[nodiscard]] Answered<Decision> createWorkspace(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> listWorkspaces(const Asked& asked);
/// By its join code; 401 for those who are no member.
[[nodiscard]] Answered<net::HttpResponse> workspaceByJoinCode(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> getWorkspace(const Asked& asked);
[[nodiscard]] Answered<Decision> addChannel(const Asked& asked);
[[nodiscard]] Answered<Decision> joinWorkspace(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> workspaceMember(const Asked& asked);

/// A workspace and who belongs to it.
struct MemberedWorkspace {
  store::WorkspaceRecord record;
  std::vector<store::MemberRecord> members;

  [[nodiscard]] std::vector<base::ObjectId> memberIds() const;
};
/// The workspace of an id if the user is an admin of it; else 404, 401 for no member, 403.
[[nodiscard]] Answered<MemberedWorkspace> ownWorkspace(const Asked& asked,
                                                       const std::optional<base::ObjectId>& id);

using Envelope = net::HttpResponse (*)(unsigned, std::string_view, std::string_view);
/// For Change::answer: the workspace as it is after the change.
[[nodiscard]] base::UniqueFunction<Answered<net::HttpResponse>(store::Reader&)> answerWorkspace(
    const Services& services, const base::ObjectId& id, Envelope envelope, std::string message);
/// The workspace as clients see it.
[[nodiscard]] Answered<std::string> workspaceJson(store::Reader& reader, const Services& services,
                                                  const base::ObjectId& id);

}  // namespace rookery::api
