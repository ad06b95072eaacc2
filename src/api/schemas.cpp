#include "rookery/api/schemas.h"

#include "rookery/base/shape.h"

namespace rookery::api {
namespace {

using enum Schema::Form;

constexpr Schema kSchemas[] = {
    {"Id", kJson, R"({"type":"string","pattern":"^[0-9a-f]{24}$"})"},
    {"Time", kJson, R"({"type":"string","pattern":"^\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z$"})"},
    {"Url", kJson, R"({"type":"string","pattern":"^https?://"})"},
    {"True", kJson, R"({"const":true})"},
    {"False", kJson, R"({"const":false})"},
    {"Empty", kJson, R"({"type":"object","maxProperties":0})"},
    {"Bytes", kJson, R"({"type":"string","contentMediaType":"application/octet-stream"})"},
    {"Text", kJson, R"({"type":"string"})"},
    {"Document", kJson, R"({"type":"object","required":["openapi"]})"},
    {"Explanation", kJson,
     R"({"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]})"},

    {"EnvelopeA", kAnswer, "success:True messgae message data:Any"},
    {"EnvelopeB", kAnswer, "success:True message data:Any err:Empty"},
    {"EnvelopeC", kAnswer, "success:True message data:{data:Any messgae message} err:Empty"},
    {"Failure", kAnswer, "success:False err:Explanation data:Empty message"},

    {"SignUp", kRequest, "email(..254) username(3..64) password(1..1024)"},
    {"SignIn", kRequest, "loginType=email/username email? username? password"},
    {"SignedIn", kAnswer, "id:Id username email avatar:Url name about token"},
    {"ValidateUser", kRequest, "email username"},
    {"ValidUser", kAnswer, "email username avatar:Url createdAt:Time updatedAt:Time"},
    {"VerifyCode", kRequest, "email otp(1..16)"},
    {"VerifiedCode", kAnswer, "verified=ok email message token"},
    {"NewPassword", kRequest, "email password(1..1024) currentPassword?"},
    {"Profile", kRequest, "username?:Text! name?:Text! about?:Text! email?:Text! payload?:Any"},
    {"Picture", kRequest, "avatar:Bytes"},
    {"Token", kAnswer, "token"},

    {"Person", kAnswer, "_id:Id username email avatar:Url"},
    {"User", kAnswer, "_id:Id username email avatar:Url name about createdAt:Time updatedAt:Time"},
    // One who was deleted has no more than a person has.
    {"UserOrDeleted", kAnswer,
     "_id:Id username email avatar:Url name? about? createdAt?:Time updatedAt?:Time"},
    {"Presence", kAnswer, "presence:{userId:Id status=online/away/dnd/offline lastSeen:Time!}[]"},

    {"NewWorkspace", kRequest, "name(3..100) description?:Text!"},
    {"WorkspaceChange", kRequest, "name?:Text! description?:Text! image?:Text!"},
    {"JoinCode", kRequest, "joinCode"},
    {"NewMember", kRequest, "user role?=member/admin"},
    {"MemberName", kRequest, "username"},
    {"NewChannel", kRequest, "channelName(1..100)"},
    {"ChannelName", kRequest, "channelName? name?"},
    {"Workspace", kAnswer,
     "_id:Id name description joinCode image? members:{memberId:Person role=member/admin}[] "
     "channels:{_id:Id name}[] createdAt:Time updatedAt:Time"},
    {"Channel", kAnswer,
     "messages:Message[] _id:Id name workspaceId:Workspace createdAt:Time updatedAt:Time"},
    {"RenamedChannel", kAnswer, "_id:Id name workspaceId:Id createdAt:Time updatedAt:Time"},

    {"Message", kAnswer,
     "_id:Id body(1..) image:Text! status=unread/read seq:Number roomId?:Id channelId?:Id "
     "workspaceId?:Id senderId:UserOrDeleted createdAt:Time updatedAt:Time"},
    {"MessageOrNone", kJson,
     R"({"oneOf":[{"$ref":"#/components/schemas/Message"},{"type":"null"}]})"},
    {"MessageSlice", kAnswer, "messages:Message[] hasMore:Flag"},
    // The message as the event getMessages answers it; the snippet is HTML, with <mark> around what
    // was found.
    {"Found", kAnswer, "matches:{message:Any snippet}[] nextCursor:Text!"},

    {"NewRoom", kRequest, "recieverId? username?"},
    {"RoomStatus", kRequest, "status=active/blocked/muted"},
    {"Room", kAnswer,
     "_id:Id senderId:UserOrDeleted recieverId:UserOrDeleted status=active/blocked/muted "
     "createdAt:Time updatedAt:Time"},
    {"ListedRoom", kAnswer,
     "_id:Id senderId:UserOrDeleted recieverId:UserOrDeleted status=active/blocked/muted "
     "createdAt:Time updatedAt:Time lastMessage:Message!"},
    {"IdOnly", kAnswer, "_id:Id"},

    {"UploadAddress", kAnswer, "presignedUrl:Url time(13..13)"},
    {"StoredFile", kAnswer, "url:Url size:Number sha256(64..64)"},

    {"Pong", kAnswer, "message=pong"},
    {"Health", kAnswer, "status=ok/ready/unavailable reason?"},
    {"Sockets", kAnswer,
     "stats:{totalUsers:Number totalRooms:Number totalSockets:Number} "
     "users:{userId:Id email username socketIds:Text[] rooms:Text[]}[] timestamp:Time"},
};

}  // namespace

std::span<const Schema> schemas() { return kSchemas; }

void writeSchema(base::JsonWriter& json, const Schema& schema) {
  switch (schema.form) {
    case kAnswer:
    case kRequest:
      base::writeShape(json, schema.text, schema.form == kRequest);
      break;
    case kJson:
      json.raw(schema.text);
      break;
  }
}

}  // namespace rookery::api
