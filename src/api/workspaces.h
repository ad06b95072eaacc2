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

}  // namespace rookery::api
