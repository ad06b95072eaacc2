#include "rookery/api/rooms.h"

#include <algorithm>

#include "rookery/api/fields.h"
#include "rookery/api/views.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using base::ObjectId;
using net::HttpResponse;
using store::RoomRecord;

constexpr std::size_t kRowBytes = 512;

Answered<std::string> roomJson(store::Reader& reader, const RoomRecord& room,
                               const Services& services) {
  const Answered<People> people = People::read(reader, {room.senderId, room.recieverId});
  if (!people) return tl::unexpected(people.error());
  const Views views(*people, services.options.publicUrl);
  return jsonOf([&](JsonWriter& json) { views.room(json, room); });
}

/// The room of a pair, or 404.
Answered<RoomRecord> roomOfPair(store::Reader& reader, const ObjectId& a, const ObjectId& b) {
  auto room = reader.roomOfPair(a, b);
  if (!room) return refuse(room.error());
  if (!*room) return notFound("Room");
  return **room;
}

/// The user whom the body names by recieverId or by username.
Answered<ObjectId> otherUser(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::optional<std::string> id = fields.optionalText("recieverId", 100);
  const std::optional<std::string> name = fields.optionalText("username", 100);
  if (!id && !name) fields.explain("recieverId", "recieverId or username is required");
  if (auto failure = fields.failure()) return refuse(std::move(*failure));

  const std::optional<ObjectId> parsed = id ? ObjectId::parse(*id) : std::nullopt;
  if (id && !parsed) return notFound("User");
  const auto user =
      parsed ? asked.reader.user(*parsed) : asked.reader.userByUsername(name.value_or(""));
  if (!user) return refuse(user.error());
  if (!*user) return notFound("User");
  if ((*user)->id == asked.me.id) {
    return refuse(validationError({"a room takes two different users"}));
  }
  return (*user)->id;
}

/// The room with the user whom a parameter of the query names, as JSON.
Answered<std::string> roomWith(const Asked& asked, std::string_view parameter) {
  const std::optional<std::string> text = asked.request.head.parameter(parameter);
  const std::optional<ObjectId> other = text ? ObjectId::parse(*text) : std::nullopt;
  if (!other) return notFound("Room");
  const Answered<RoomRecord> room = roomOfPair(asked.reader, asked.me.id, *other);
  if (!room) return tl::unexpected(room.error());
  return roomJson(asked.reader, *room, asked.services);
}

}  // namespace

Answered<RoomRecord> ownRoom(const Asked& asked, const std::optional<ObjectId>& id) {
  if (!id) return notFound("Room");
  const auto room = asked.reader.room(*id);
  if (!room) return refuse(room.error());
  if (!*room) return notFound("Room");
  if ((*room)->senderId != asked.me.id && (*room)->recieverId != asked.me.id) {
    return refuse(401, "You do not take part in this room");
  }
  return **room;
}

Answered<Decision> openRoom(const Asked& asked) {
  const Answered<ObjectId> other = otherUser(asked);
  if (!other) return tl::unexpected(other.error());
  const Services& services = asked.services;
  auto answer = [&services, me = asked.me.id,
                 other = *other](store::Reader& reader) -> Answered<HttpResponse> {
    const Answered<RoomRecord> room = roomOfPair(reader, me, other);
    if (!room) return tl::unexpected(room.error());
    const Answered<std::string> json = roomJson(reader, *room, services);
    if (!json) return tl::unexpected(json.error());
    return envelopeA(200, "Room opened", *json);
  };
  Answered<HttpResponse> existing = answer(asked.reader);
  if (existing) return std::move(*existing);
  if (existing.error().status != 404) return tl::unexpected(existing.error());

  const base::WallMs now = services.clock.wall();
  const RoomRecord room{.id = services.ids.next(),
                        .senderId = asked.me.id,
                        .recieverId = *other,
                        .status = store::RoomStatus::kActive,
                        .createdAt = now,
                        .updatedAt = now};
  return Change{.bytes = kRowBytes,
                .job = [room](store::Database& database) { return database.insertRoom(room); },
                .onConflict = std::nullopt,  // the other one was first: theirs is the room
                .committed = [room](chat::ChatAdmin& chat) { chat.roomMade(room); },
                .answer = std::move(answer)};
}

Answered<HttpResponse> listRooms(const Asked& asked) {
  const auto rooms = asked.reader.roomsOf(asked.me.id);
  if (!rooms) return refuse(rooms.error());
  std::vector<ObjectId> ids;
  std::vector<ObjectId> users;
  for (const RoomRecord& room : *rooms) {
    ids.push_back(room.id);
    users.insert(users.end(), {room.senderId, room.recieverId});
  }
  const auto last = asked.reader.lastMessages(ids);
  if (!last) return refuse(last.error());
  std::unordered_map<ObjectId, const store::StoredMessage*, base::ObjectIdHash> lastOf;
  for (const store::StoredMessage& message : *last) lastOf[message.conversationId] = &message;
  const Answered<People> people = People::read(asked.reader, std::move(users));
  if (!people) return tl::unexpected(people.error());
  const Views views(*people, asked.services.options.publicUrl);
  return envelopeA(200, "Rooms fetched", jsonOf([&](JsonWriter& json) {
                     json.beginArray();
                     for (const RoomRecord& room : *rooms) {
                       const auto found = lastOf.find(room.id);
                       views.room(json, room, found == lastOf.end() ? nullptr : found->second);
                     }
                     json.endArray();
                   }));
}

Answered<HttpResponse> roomWithUser(const Asked& asked) {
  const Answered<std::string> json = roomWith(asked, "recieverId");
  if (!json) return tl::unexpected(json.error());
  return envelopeA(200, "Room fetched", *json);
}

Answered<HttpResponse> roomWithMember(const Asked& asked) {
  const Answered<std::string> json = roomWith(asked, "memberId");
  if (!json) return tl::unexpected(json.error());
  return envelopeC(200, "Room fetched", *json);
}

Answered<HttpResponse> getRoom(const Asked& asked) {
  const Answered<RoomRecord> room = ownRoom(asked, asked.request.id());
  if (!room) return tl::unexpected(room.error());
  const Answered<std::string> json = roomJson(asked.reader, *room, asked.services);
  if (!json) return tl::unexpected(json.error());
  return envelopeA(200, "Room fetched", *json);
}

}  // namespace rookery::api
