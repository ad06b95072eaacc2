#pragma once

#include "rookery/api/call.h"

/// One-to-one rooms (rest.md).
/// Thread: a reader of the store.
namespace rookery::api {

/// A pair has one room: the one that exists is answered.
[[nodiscard]] Answered<Decision> openRoom(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> listRooms(const Asked& asked);
/// The room with the user of the parameter recieverId.
[[nodiscard]] Answered<net::HttpResponse> roomWithUser(const Asked& asked);
/// The room with the user of the parameter memberId.
[[nodiscard]] Answered<net::HttpResponse> roomWithMember(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> getRoom(const Asked& asked);

/// The room of an id if the user takes part in it; else 404 or 401.
[[nodiscard]] Answered<store::RoomRecord> ownRoom(const Asked& asked,
                                                  const std::optional<base::ObjectId>& id);

}  // namespace rookery::api
