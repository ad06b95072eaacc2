#pragma once

#include "rookery/api/call.h"

/// What admins of a workspace change in it, and what the two users of a room change about that
/// (rest.md). Those concerned are told by events once it is committed.
/// Thread: a reader of the store.
namespace rookery::api {

[[nodiscard]] Answered<Decision> updateWorkspace(const Asked& asked);
[[nodiscard]] Answered<Decision> deleteWorkspace(const Asked& asked);
[[nodiscard]] Answered<Decision> addWorkspaceMember(const Asked& asked);
[[nodiscard]] Answered<Decision> addMemberByName(const Asked& asked);
[[nodiscard]] Answered<Decision> resetJoinCode(const Asked& asked);
[[nodiscard]] Answered<Decision> renameChannel(const Asked& asked);
[[nodiscard]] Answered<Decision> updateRoom(const Asked& asked);
[[nodiscard]] Answered<Decision> deleteRoom(const Asked& asked);

/// For Change::committed: `user` became a member, and `told` hear of it.
[[nodiscard]] base::UniqueFunction<void(chat::ChatAdmin&)> tellMemberAdded(
    const store::MemberRecord& member, const store::UserRecord& user,
    std::vector<base::ObjectId> told, const Services& services);

}  // namespace rookery::api
