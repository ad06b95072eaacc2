#include "rookery/chat/memberships.h"

#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using store::ConversationKind;

/// `{roomId}`: a room's id, or the name of a personal room, whose id stands behind the last `-`.
struct RoomPayload {
  base::ObjectId id;
  std::string_view personalName;  ///< empty: a room's id

  static base::Result<RoomPayload> parse(const base::JsonObject& object, const Context&) {
    const std::string_view text = textField(object, "roomId");
    const std::size_t dash = text.rfind('-');
    const bool isPersonal = dash != std::string_view::npos;
    const auto id = base::ObjectId::parse(isPersonal ? text.substr(dash + 1) : text);
    if (!id) return base::fail(ErrorCode::kInvalidPayload, "roomId is not a valid id");
    return RoomPayload{*id, isPersonal ? text : std::string_view()};
  }
};

/// `{channelId, workspaceId?}`.
struct ChannelPayload {
  base::ObjectId id;
  std::optional<base::ObjectId> workspaceId;

  static base::Result<ChannelPayload> parse(const base::JsonObject& object, const Context&) {
    return ChannelPayload{requiredId(object, "channelId"), idField(object, "workspaceId")};
  }
};

/// Everybody is in his own personal room, for as long as he is connected.
base::Result<Ack> answerPersonal(Context& context, const RoomPayload& payload, bool joins) {
  if (payload.id != context.user().id) {
    return base::fail(ErrorCode::kForbidden, "This is the personal room of somebody else");
  }
  Ack ack{joins ? "Already in the room" : "Successfully left the room", {}};
  base::JsonWriter json(ack.dataJson);
  json.beginObject().key("roomId").string(payload.personalName);
  if (joins) {
    json.key("connectedUsers").number(std::int64_t{1});
    json.key("alreadyJoined").boolean(true);
    json.key("lastSeq").number(std::int64_t{0});
  }
  json.endObject();
  return ack;
}

base::Result<Ack> joinRoom(Context& context, RoomPayload payload) {
  if (!payload.personalName.empty()) return answerPersonal(context, payload, true);
  context.services.memberships.join(
      {context.state.user, payload.id, ConversationKind::kRoom, std::nullopt, context.event.ack});
  return Ack::answeredLater();
}

base::Result<Ack> leaveRoom(Context& context, RoomPayload payload) {
  if (!payload.personalName.empty()) return answerPersonal(context, payload, false);
  context.services.memberships.leave(
      {context.state.user, payload.id, ConversationKind::kRoom, std::nullopt, context.event.ack});
  return Ack::answeredLater();
}

base::Result<Ack> joinChannel(Context& context, ChannelPayload payload) {
  context.services.memberships.join({context.state.user, payload.id, ConversationKind::kChannel,
                                     payload.workspaceId, context.event.ack});
  return Ack::answeredLater();
}

base::Result<Ack> leaveChannel(Context& context, ChannelPayload payload) {
  context.services.memberships.leave({context.state.user, payload.id, ConversationKind::kChannel,
                                      payload.workspaceId, context.event.ack});
  return Ack::answeredLater();
}

}  // namespace

void addMembershipEvents(EventTable& table) {
  table.add(kJoinRoom, &joinRoom);
  table.add(kLeaveRoom, &leaveRoom);
  table.add(kJoinChannel, &joinChannel);
  table.add(kLeaveChannel, &leaveChannel);
}

}  // namespace rookery::chat
