#include "rookery/api/schemas.h"

namespace rookery::api {
namespace {

using enum base::Schema::Form;

constexpr base::Schema kSchemas[] = {
    base::kIdSchema,
    base::kTimeSchema,
    base::kUrlSchema,
    {"True", kJson, R"({"const":true})"},
    {"False", kJson, R"({"const":false})"},
    {"Empty", kJson, R"({"type":"object","maxProperties":0})"},
    {"Bytes", kJson, R"({"type":"string","contentMediaType":"application/octet-stream"})"},
    {"Text", kJson, R"({"type":"string"})"},
    {"Document", kJson, R"({"type":"object","required":["openapi"]})"},
    {"Events", kJson, R"({"type":"object","required":["asyncapi"]})"},
    {"Explanation", kJson,
     R"({"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]})"},

    {"EnvelopeA", kExact, "success:True messgae message data:Any"},
    {"EnvelopeB", kExact, "success:True message data:Any err:Empty"},
    {"EnvelopeC", kExact, "success:True message data:{data:Any messgae message} err:Empty"},
    {"Failure", kExact, "success:False err:Explanation data:Empty message"},

    {"SignUp", kOpen, "email(..254) username(3..64) password(1..1024)"},
    {"SignIn", kOpen, "loginType=email/username email? username? password"},
    {"SignedIn", kExact, "id:Id username email avatar:Url name about token"},
    {"ValidateUser", kOpen, "email username"},
    {"ValidUser", kExact, "email username avatar:Url createdAt:Time updatedAt:Time"},
    {"VerifyCode", kOpen, "email otp(1..16)"},
    {"VerifiedCode", kExact, "verified=ok email message token"},
    {"NewPassword", kOpen, "email password(1..1024) currentPassword?"},
    {"Profile", kOpen, "username?:Text! name?:Text! about?:Text! email?:Text! payload?:Any"},
    {"Picture", kOpen, "avatar:Bytes"},
    {"Token", kExact, "token"},

    base::kPersonSchema,
    {"User", kExact, "_id:Id username email avatar:Url name about createdAt:Time updatedAt:Time"},
    // One who was deleted has no more than a person has.
    {"UserOrDeleted", kExact,
     "_id:Id username email avatar:Url name? about? createdAt?:Time updatedAt?:Time"},
    {"Presence", kExact, "presence:{userId:Id status=online/away/dnd/offline lastSeen:Time!}[]"},

    {"NewWorkspace", kOpen, "name(3..100) description?:Text!"},
    {"WorkspaceChange", kOpen, "name?:Text! description?:Text! image?:Text!"},
    {"JoinCode", kOpen, "joinCode"},
    {"NewMember", kOpen, "user role?=member/admin"},
    {"MemberName", kOpen, "username"},
    {"NewChannel", kOpen, "channelName(1..100)"},
    {"ChannelName", kOpen, "channelName? name?"},
    {"Workspace", kExact,
     "_id:Id name description joinCode image? members:{memberId:Person role=member/admin}[] "
     "channels:{_id:Id name}[] createdAt:Time updatedAt:Time"},
    {"Channel", kExact,
     "messages:Message[] _id:Id name workspaceId:Workspace createdAt:Time updatedAt:Time"},
    {"RenamedChannel", kExact, "_id:Id name workspaceId:Id createdAt:Time updatedAt:Time"},

    {"Message", kExact,
     "_id:Id body(1..) image:Text! status=unread/read seq:Number roomId?:Id channelId?:Id "
     "workspaceId?:Id senderId:UserOrDeleted createdAt:Time updatedAt:Time"},
    {"MessageOrNone", kJson,
     R"({"oneOf":[{"$ref":"#/components/schemas/Message"},{"type":"null"}]})"},
    {"MessageSlice", kExact, "messages:Message[] hasMore:Flag"},
    // The message as the event getMessages answers it; the snippet is HTML, with <mark> around what
    // was found.
    {"Found", kExact, "matches:{message:Any snippet}[] nextCursor:Text!"},

    {"NewRoom", kOpen, "recieverId? username?"},
    {"RoomStatus", kOpen, "status=active/blocked/muted"},
    {"Room", kExact,
     "_id:Id senderId:UserOrDeleted recieverId:UserOrDeleted status=active/blocked/muted "
     "createdAt:Time updatedAt:Time"},
    {"ListedRoom", kExact,
     "_id:Id senderId:UserOrDeleted recieverId:UserOrDeleted status=active/blocked/muted "
     "createdAt:Time updatedAt:Time lastMessage:Message!"},
    {"IdOnly", kExact, "_id:Id"},

    {"UploadAddress", kExact, "presignedUrl:Url time(13..13)"},
    {"StoredFile", kExact, "url:Url size:Number sha256(64..64)"},

    {"Pong", kExact, "message=pong"},
    {"Health", kExact, "status=ok/ready/unavailable reason?"},
    {"Sockets", kExact,
     "stats:{totalUsers:Number totalRooms:Number totalSockets:Number} "
     "users:{userId:Id email username socketIds:Text[] rooms:Text[]}[] timestamp:Time"},
    {"Memory", kExact,
     "process:{residentBytes:Number heapBytes:Number freeHeapBytes:Number} "
     "parts:{part items:Number bytes:Number bytesPerItem:Number bound}[] timestamp:Time"},
};

}  // namespace

std::span<const base::Schema> schemas() { return kSchemas; }

}  // namespace rookery::api
