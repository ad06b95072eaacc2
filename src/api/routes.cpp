#include "rookery/api/routes.h"

#include "rookery/api/accounts.h"
#include "rookery/api/administration.h"
#include "rookery/api/histories.h"
#include "rookery/api/operations.h"
#include "rookery/api/profile.h"
#include "rookery/api/rooms.h"
#include "rookery/api/workspaces.h"

namespace rookery::api {

std::span<const Route> routes() {
  using enum Access;
  using enum RateClass;
  // The first row that fits is taken: a fixed segment stands before a parameter in its place.
  static const Route kRoutes[] = {
      {"POST", "/api/v1/users/signup", kAnybody, signUp},
      {"POST", "/api/v1/users/signin", kAnybody, signIn},
      {"POST", "/api/v1/users/updatepassword", kSignedIn, updatePassword},
      {"PUT", "/api/v1/users/updatepassword", kSignedIn, updatePassword},
      {"PUT", "/api/v1/users/update/profile", kSignedIn, updateProfile},
      {"GET", "/api/v1/presence", kSignedIn, getPresence},
      {"POST", "/api/v1/auth/refresh", kSignedIn, refreshToken},

      {"POST", "/api/v1/workspace", kSignedIn, createWorkspace},
      {"GET", "/api/v1/workspace", kSignedIn, listWorkspaces},
      {"GET", "/api/v1/workspace/joincode", kSignedIn, workspaceByJoinCode, kJoins},
      {"PUT", "/api/v1/workspace/join/:id", kSignedIn, joinWorkspace, kJoins},
      {"GET", "/api/v1/workspace/:id", kSignedIn, getWorkspace},
      {"DELETE", "/api/v1/workspace/:id", kSignedIn, deleteWorkspace},
      {"PUT", "/api/v1/workspace/:id/update", kSignedIn, updateWorkspace},
      {"PUT", "/api/v1/workspace/:id/members", kSignedIn, addWorkspaceMember},
      {"PUT", "/api/v1/workspace/:id/add/member", kSignedIn, addMemberByName},
      {"PUT", "/api/v1/workspace/:id/joincode/reset", kSignedIn, resetJoinCode},
      {"PUT", "/api/v1/workspace/:id/channel", kSignedIn, addChannel},
      {"GET", "/api/v1/member/workspace/:id", kSignedIn, workspaceMember},

      {"GET", "/api/v1/channel/:id", kSignedIn, getChannel, kHistory},
      {"PATCH", "/api/v1/channel/:id", kSignedIn, renameChannel},
      {"GET", "/api/v1/messages/:channelId", kSignedIn, channelMessages, kHistory},

      {"POST", "/api/v1/room", kSignedIn, openRoom},
      {"GET", "/api/v1/room", kSignedIn, listRooms},
      {"GET", "/api/v1/room/user", kSignedIn, roomWithUser},
      {"GET", "/api/v1/room/member", kSignedIn, roomWithMember},
      {"GET", "/api/v1/room/:id", kSignedIn, getRoom},
      {"PUT", "/api/v1/room/:id/update", kSignedIn, updateRoom},
      {"DELETE", "/api/v1/room/:id", kSignedIn, deleteRoom},
      {"DELETE", "/api/v1/directMessages/delete/:messageId", kSignedIn, deleteDirectMessage},
      {"GET", "/api/v1/directMessages/:roomId", kSignedIn, roomMessages, kHistory},
      {"GET", "/api/v1/directMessages/:roomId/lastMessage", kSignedIn, lastRoomMessage, kHistory},
      {"GET", "/api/v1/search", kSignedIn, search, kHistory},
      {"GET", "/api/v1/conversations/:id/messages", kSignedIn, conversationMessages, kHistory},

      {"GET", "/ping", kAnybody, ping},
      {"GET", "/healthz", kAnybody, healthz},
      {"GET", "/readyz", kAnybody, readyz},
      {"GET", "/metrics", kAnybody, metrics},
      {"GET", "/debug/sockets", kServerAdmin, debugSockets},
  };
  return kRoutes;
}

}  // namespace rookery::api
