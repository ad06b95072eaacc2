#include "rookery/api/routes.h"

#include "rookery/api/accounts.h"
#include "rookery/api/administration.h"
#include "rookery/api/asyncapi.h"
#include "rookery/api/histories.h"
#include "rookery/api/openapi.h"
#include "rookery/api/operations.h"
#include "rookery/api/profile.h"
#include "rookery/api/rooms.h"
#include "rookery/api/sessions.h"
#include "rookery/api/uploads.h"
#include "rookery/api/workspaces.h"

namespace rookery::api {

std::span<const Route> routes() {
  using enum Access;
  using enum RateClass;
  using enum EnvelopeKind;
  // The first row that fits is taken: a fixed segment stands before a parameter in its place.
  // clang-format off
  static const Route kRoutes[] = {
      {"POST", "/api/v1/users/signup", kAnybody, signUp, kNone,
       {.summary = "Make an account", .body = "SignUp", .envelope = kA, .data = "User",
        .errors = "400 409 415 429"}},
      {"POST", "/api/v1/users/signin", kAnybody, signIn, kNone,
       {.summary = "Get a token", .body = "SignIn", .data = "SignedIn", .status = 202,
        .errors = "400 403 404 429"}},
      {"POST", "/api/v1/users/validateuser", kAnybody, validateUser, kNone,
       {.summary = "Have a one-time code mailed", .body = "ValidateUser", .data = "ValidUser",
        .status = 202, .errors = "400 404 429 503"}},
      {"POST", "/api/v1/users/otpverification", kAnybody, verifyCode, kNone,
       {.summary = "Get the token for a new password for a one-time code", .body = "VerifyCode",
        .data = "VerifiedCode", .status = 202, .errors = "400 404"}},
      {"POST", "/api/v1/users/updatepassword", kOneTime, updatePassword, kNone,
       {.summary = "Set a new password", .body = "NewPassword", .data = "User", .errors = "400"}},
      {"PUT", "/api/v1/users/updatepassword", kOneTime, updatePassword, kNone,
       {.summary = "Set a new password", .body = "NewPassword", .data = "User", .errors = "400"}},
      {"PUT", "/api/v1/users/update/profile", kSignedIn, updateProfile, kNone,
       {.summary = "Change the own profile", .body = "Profile", .data = "User",
        .errors = "400 409"}},
      {"PUT", "/api/v1/users/update/dp", kSignedIn, updatePicture, kNone,
       {.summary = "Put a picture in the place of the avatar", .body = "Picture", .data = "User",
        .errors = "400 413 415"}},
      {"GET", "/api/v1/presence", kSignedIn, getPresence, kNone,
       {.summary = "Who is there", .query = "ids", .data = "Presence", .errors = "400 404"}},
      {"POST", "/api/v1/auth/refresh", kSignedIn, refreshToken, kNone,
       {.summary = "Get a fresh token of the same session", .data = "Token"}},
      {"POST", "/api/v1/auth/logout", kSignedIn, signOut, kNone,
       {.summary = "End the session", .data = "Empty"}},

      {"POST", "/api/v1/workspace", kSignedIn, createWorkspace, kNone,
       {.summary = "Make a workspace", .body = "NewWorkspace", .envelope = kA,
        .data = "Workspace", .errors = "400"}},
      {"GET", "/api/v1/workspace", kSignedIn, listWorkspaces, kNone,
       {.summary = "The own workspaces", .envelope = kC, .data = "Workspace[]", .status = 202}},
      {"GET", "/api/v1/workspace/joincode", kSignedIn, workspaceByJoinCode, kJoins,
       {.summary = "The own workspace of a join code", .query = "joinCode", .data = "Workspace",
        .errors = "401 404"}},
      {"PUT", "/api/v1/workspace/join/:id", kSignedIn, joinWorkspace, kJoins,
       {.summary = "Join a workspace by its code", .body = "JoinCode", .data = "Workspace",
        .errors = "400 401 404 409"}},
      {"GET", "/api/v1/workspace/:id", kSignedIn, getWorkspace, kNone,
       {.summary = "An own workspace", .data = "Workspace", .errors = "404"}},
      {"DELETE", "/api/v1/workspace/:id", kSignedIn, deleteWorkspace, kNone,
       {.summary = "Delete a workspace and all in it", .envelope = kC, .data = "Workspace",
        .status = 202, .errors = "401 404"}},
      {"PUT", "/api/v1/workspace/:id/update", kSignedIn, updateWorkspace, kNone,
       {.summary = "Change a workspace", .body = "WorkspaceChange", .data = "Workspace",
        .errors = "400 401 404"}},
      {"PUT", "/api/v1/workspace/:id/members", kSignedIn, addWorkspaceMember, kNone,
       {.summary = "Add a member, or change a role", .body = "NewMember", .envelope = kA,
        .data = "Workspace", .errors = "400 401 404"}},
      {"PUT", "/api/v1/workspace/:id/add/member", kSignedIn, addMemberByName, kNone,
       {.summary = "Add a member by name", .body = "MemberName", .data = "Workspace",
        .errors = "400 401 404"}},
      {"PUT", "/api/v1/workspace/:id/joincode/reset", kSignedIn, resetJoinCode, kNone,
       {.summary = "Get a new join code", .data = "Workspace", .errors = "401 404"}},
      {"PUT", "/api/v1/workspace/:id/channel", kSignedIn, addChannel, kNone,
       {.summary = "Make a channel", .body = "NewChannel", .envelope = kA, .data = "Workspace",
        .errors = "400 401 404"}},
      {"GET", "/api/v1/member/workspace/:id", kSignedIn, workspaceMember, kNone,
       {.summary = "The own user, if a member", .envelope = kC, .data = "User",
        .errors = "401 404"}},

      {"GET", "/api/v1/channel/:id", kSignedIn, getChannel, kHistory,
       {.summary = "A channel with its newest messages", .envelope = kC, .data = "Channel",
        .errors = "401 404"}},
      {"PATCH", "/api/v1/channel/:id", kSignedIn, renameChannel, kNone,
       {.summary = "Rename a channel", .body = "ChannelName", .envelope = kC,
        .data = "RenamedChannel", .errors = "400 401 404"}},
      {"GET", "/api/v1/messages/pre-signed-url", kSignedIn, presignUpload, kNone,
       {.summary = "An address that takes one file", .query = "fileName contentType",
        .envelope = kC, .data = "UploadAddress", .errors = "400 413"}},
      {"GET", "/api/v1/messages/get-download-signed-url/:messageId", kSignedIn, presignDownload, kHistory,
       {.summary = "An address of the file of a message", .envelope = kC, .data = "Url",
        .errors = "401 404"}},
      {"PUT", "/api/v1/files/:id", kAnybody, putFile, kNone,
       {.summary = "Upload a file to a signed address", .body = "Bytes", .data = "StoredFile",
        .errors = "403 409 413 415"}},
      {"GET", "/api/v1/files/:id", kAnybody, getFile, kNone,
       {.summary = "A file", .envelope = kBare, .data = "Bytes", .errors = "206 304 403 404 416"}},
      {"GET", "/api/v1/messages/:channelId", kSignedIn, channelMessages, kHistory,
       {.summary = "Messages of a channel, a page", .query = "page limit", .envelope = kC,
        .data = "Message[]", .errors = "400 401 404"}},

      {"POST", "/api/v1/room", kSignedIn, openRoom, kNone,
       {.summary = "The room with another user, made if need be", .body = "NewRoom",
        .envelope = kA, .data = "Room", .errors = "400 404"}},
      {"GET", "/api/v1/room", kSignedIn, listRooms, kNone,
       {.summary = "The own rooms, newest first", .envelope = kA, .data = "ListedRoom[]"}},
      {"GET", "/api/v1/room/user", kSignedIn, roomWithUser, kNone,
       {.summary = "The room with a user", .query = "recieverId", .envelope = kA, .data = "Room",
        .errors = "404"}},
      {"GET", "/api/v1/room/member", kSignedIn, roomWithMember, kNone,
       {.summary = "The room with a user", .query = "memberId", .envelope = kC, .data = "Room",
        .errors = "404"}},
      {"GET", "/api/v1/room/:id", kSignedIn, getRoom, kNone,
       {.summary = "A room", .envelope = kA, .data = "Room", .errors = "401 404"}},
      {"PUT", "/api/v1/room/:id/update", kSignedIn, updateRoom, kNone,
       {.summary = "Block, mute or reopen a room", .body = "RoomStatus", .envelope = kA,
        .data = "Room", .errors = "400 401 404"}},
      {"DELETE", "/api/v1/room/:id", kSignedIn, deleteRoom, kNone,
       {.summary = "Delete a room and its messages", .envelope = kA, .data = "Room",
        .errors = "401 404"}},
      {"DELETE", "/api/v1/directMessages/delete/:messageId", kSignedIn, deleteDirectMessage, kNone,
       {.summary = "Delete an own message", .envelope = kC, .data = "IdOnly",
        .errors = "401 404"}},
      {"GET", "/api/v1/directMessages/:roomId", kSignedIn, roomMessages, kHistory,
       {.summary = "Messages of a room, a page", .query = "page limit", .envelope = kC,
        .data = "Message[]", .errors = "400 401 404"}},
      {"GET", "/api/v1/directMessages/:roomId/lastMessage", kSignedIn, lastRoomMessage, kHistory,
       {.summary = "The last message of a room", .envelope = kC, .data = "MessageOrNone",
        .errors = "401 404"}},
      {"GET", "/api/v1/search", kSignedIn, search, kHistory,
       {.summary = "Search in what may be read", .query = "q in limit cursor", .data = "Found",
        .errors = "400 401 404"}},
      {"GET", "/api/v1/conversations/:id/messages", kSignedIn, conversationMessages, kHistory,
       {.summary = "Messages of a room or channel, by seq", .query = "before after limit",
        .data = "MessageSlice", .errors = "400 401 404"}},

      {"GET", "/ping", kAnybody, ping, kNone,
       {.summary = "An answer", .envelope = kBare, .data = "Pong"}},
      {"GET", "/healthz", kAnybody, healthz, kNone,
       {.summary = "Whether the process is up", .envelope = kBare, .data = "Health"}},
      {"GET", "/readyz", kAnybody, readyz, kNone,
       {.summary = "Whether it takes traffic", .envelope = kBare, .data = "Health",
        .errors = "503"}},
      {"GET", "/metrics", kAnybody, metrics, kNone,
       {.summary = "Figures for Prometheus", .envelope = kBare, .data = "Text"}},
      {"GET", "/debug/sockets", kServerAdmin, debugSockets, kNone,
       {.summary = "Who is connected", .envelope = kBare, .data = "Sockets"}},
      {"GET", "/debug/memory", kServerAdmin, debugMemory, kNone,
       {.summary = "What the server keeps in memory", .envelope = kBare, .data = "Memory"}},
      {"GET", "/docs/openapi.json", kAnybody, openApi, kNone,
       {.summary = "This document", .envelope = kBare, .data = "Document"}},
      {"GET", "/docs/asyncapi.json", kAnybody, asyncApi, kNone,
       {.summary = "The events", .envelope = kBare, .data = "Events"}},
  };
  // clang-format on
  return kRoutes;
}

}  // namespace rookery::api
