#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"

/// What the store keeps, a struct a row. Texts are UTF-8 without NUL: the edges refuse the rest.
namespace rookery::store {

using base::ObjectId;
using base::WallMs;

enum class ConversationKind : std::uint8_t { kRoom = 0, kChannel = 1 };
enum class RoomStatus : std::uint8_t { kActive = 0, kBlocked = 1, kMuted = 2 };
enum class MemberRole : std::uint8_t { kMember = 0, kAdmin = 1 };
enum class MessageStatus : std::uint8_t { kUnread = 0, kRead = 1 };

struct UserRecord {
  ObjectId id;
  std::string username;
  std::string email;
  std::string passwordHash;  ///< argon2id in its encoded form; bcrypt for imported users
  std::string avatar;        ///< absolute URL, or a path of this server beginning with '/'
  std::string name;
  std::string about;
  bool disabled = false;
  bool admin = false;  ///< of this server, not of a workspace
  WallMs createdAt = 0;
  WallMs updatedAt = 0;
  std::uint64_t tokenVersion = 0;  ///< tokens of another version are good no more
};

struct WorkspaceRecord {
  ObjectId id;
  std::string name;
  std::string description;
  std::string joinCode;
  std::string image = {};  ///< a URL; empty: none
  WallMs createdAt = 0;
  WallMs updatedAt = 0;
};

struct MemberRecord {
  ObjectId workspaceId;
  ObjectId userId;
  MemberRole role = MemberRole::kMember;
  WallMs createdAt = 0;
};

struct ChannelRecord {
  ObjectId id;
  ObjectId workspaceId;
  std::string name;
  WallMs createdAt = 0;
  WallMs updatedAt = 0;
};

struct NamedUser {
  ObjectId id;
  std::string username;
};

/// A one-to-one room; the pair of users is unique in either order.
struct RoomRecord {
  ObjectId id;
  ObjectId senderId;    ///< who opened it
  ObjectId recieverId;  ///< the contract's historical spelling
  RoomStatus status = RoomStatus::kActive;
  WallMs createdAt = 0;
  WallMs updatedAt = 0;
};

/// A message on its way into the store.
struct MessageRecord {
  ObjectId id;
  ObjectId conversationId;
  ConversationKind kind = ConversationKind::kRoom;
  ObjectId senderId;
  std::uint64_t seq = 0;
  /// Of the conversation when `seq` was given; rises when one of its messages fails.
  std::uint64_t generation = 0;
  WallMs createdAt = 0;
  std::string body;
  std::string image;            ///< empty: none
  std::string imageKey;         ///< empty: none
  std::string clientMessageId;  ///< empty: none
  std::optional<ObjectId> parentId;
  std::vector<ObjectId> mentions;  ///< users that the body names

  /// What it takes of the queue's byte limit.
  [[nodiscard]] std::size_t queuedBytes() const {
    return sizeof(MessageRecord) + body.size() + image.size() + imageKey.size() +
           clientMessageId.size() + mentions.size() * sizeof(ObjectId);
  }
};

/// A message as the store has it.
struct StoredMessage : MessageRecord {
  std::uint64_t commitNo = 0;  ///< of its last change
  std::uint64_t version = 1;
  MessageStatus status = MessageStatus::kUnread;
  WallMs updatedAt = 0;  ///< when it was edited, else when it was written
  WallMs editedAt = 0;   ///< 0: never
  WallMs deletedAt = 0;  ///< 0: not deleted; a deleted one has lost its content
  std::optional<ObjectId> deletedBy = {};
  WallMs pinnedAt = 0;  ///< 0: not pinned
  std::optional<ObjectId> pinnedBy = {};
  std::uint64_t replyCount = 0;  ///< replies that are not deleted
  WallMs lastReplyAt = 0;        ///< 0: never had one
};

/// What a message said, the version that it had then, and since when.
struct MessageVersion {
  std::uint64_t version = 1;
  std::string body;
  WallMs writtenAt = 0;
};

struct ReactionCount {
  ObjectId messageId;
  std::string emoji;
  std::uint64_t count = 0;
  bool isOwn = false;  ///< whether the user who asked is one of them
};

/// What a change of a stored message came to.
struct MessageChange {
  enum class Verdict : std::uint8_t {
    kChanged,
    kUnchanged,  ///< it was so already
    kMissing,    ///< there is no such message
    kDeleted,    ///< it was deleted before
    kTooMany     ///< a limit is reached
  };
  Verdict verdict = Verdict::kMissing;
  StoredMessage message;            ///< as it is now
  std::vector<ObjectId> mentioned;  ///< whom it names now and did not before
  std::uint64_t reactions = 0;      ///< of the emoji that was added or removed
};

struct ConversationState {
  std::uint64_t lastSeq = 0;
  std::uint64_t lastCommitNo = 0;
};

/// How far a user is in one of his conversations.
struct ReadingState {
  ObjectId conversationId;
  ConversationKind kind = ConversationKind::kRoom;
  std::uint64_t lastSeq = 0;
  std::uint64_t lastReadSeq = 0;
  /// Messages above lastReadSeq that are of others and not deleted.
  std::uint64_t unread = 0;
};

/// A read mark, and the message that it stands at.
struct ReadMark {
  ObjectId userId;
  ObjectId conversationId;
  ObjectId messageId;
  std::uint64_t seq = 0;
  WallMs readAt = 0;
  std::uint64_t commitNo = 0;
};

struct PresenceRecord {
  ObjectId userId;
  std::uint8_t status = 0;  ///< what the user chose; the chat knows the values
  WallMs lastSeen = 0;
};

/// A session (TokenClaims::session) whose tokens are good no more, though they have not expired.
/// A socket whose client may come back.
struct KeptSocket {
  std::string pidHash;
  ObjectId userId;
  std::string socketId;
  std::vector<ObjectId> watched;
  std::uint64_t reachFrom = 0;  ///< a commitNo or all ones; the chat knows what it means,
  bool isSettled = false;       ///< and this
  WallMs leftAt = 0;
};

/// What a conversation has that was committed after something.
struct ConversationNews {
  ObjectId conversationId;
  ConversationKind kind = ConversationKind::kRoom;
  std::uint64_t lastSeq = 0;
  std::uint64_t knownSeq = 0;  ///< all messages above it are new
};

struct EndedSession {
  ObjectId id;
  WallMs expiresAt = 0;  ///< the last of its tokens has expired then
};

/// What the store knows of an uploaded file; its bytes lie elsewhere.
struct FileRecord {
  std::string id;  ///< unguessable: whoever knows it may read the file
  ObjectId ownerId;
  std::string name;  ///< as its owner called it
  std::string mark;  ///< the `timeStamp` by which messages name it; empty: none
  std::string type;  ///< media type, as the owner stated it
  std::uint64_t bytes = 0;
  std::string sha256;  ///< in hex
  WallMs createdAt = 0;
};

struct Subscription {
  ObjectId conversationId;
  ConversationKind kind = ConversationKind::kRoom;
};

}  // namespace rookery::store
