#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/functional/function_ref.h>

#include "rookery/base/error.h"
#include "rookery/base/function.h"
#include "rookery/base/held.h"
#include "rookery/store/records.h"
#include "rookery/store/search.h"

namespace rookery::store {

using base::Result;

/// Counts what is asked of the store. Relaxed atomics: read by /metrics and by the tests that
/// state how many queries something costs.
struct StoreStats {
  std::atomic<std::uint64_t> reads{0};       ///< statements run by readers
  std::atomic<std::uint64_t> statements{0};  ///< statements run by the writer, COMMIT included
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> rollbacks{0};
  std::atomic<std::uint64_t> committedMessages{0};
};

/// The read side: one connection, one snapshot a call, at most a page of rows; every call is a
/// fixed number of statements whatever the number of rows.
/// Thread: one at a time; StoreReaders sees to it.
/// Errors: kStoreFailed with a message for people; the cause is logged.
class Reader {
 public:
  virtual ~Reader() = default;

  [[nodiscard]] virtual Result<std::optional<UserRecord>> user(ObjectId id) = 0;
  /// E-mail addresses and user names are compared without regard to ASCII case.
  [[nodiscard]] virtual Result<std::optional<UserRecord>> userByEmail(std::string_view email) = 0;
  [[nodiscard]] virtual Result<std::optional<UserRecord>> userByUsername(std::string_view name) = 0;
  /// Those of `ids` that exist, in no particular order. Any number of ids.
  [[nodiscard]] virtual Result<std::vector<UserRecord>> users(std::span<const ObjectId> ids) = 0;
  /// What all readers of the store remember of users. Asks nothing of the database.
  [[nodiscard]] virtual base::Held heldUsers() const = 0;

  [[nodiscard]] virtual Result<std::optional<WorkspaceRecord>> workspace(ObjectId id) = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<std::vector<WorkspaceRecord>> workspacesOf(ObjectId userId) = 0;
  /// Those with that join code, newest first. Codes are random, not unique.
  [[nodiscard]] virtual Result<std::vector<WorkspaceRecord>> workspacesByJoinCode(
      std::string_view joinCode) = 0;
  /// In the order of joining.
  [[nodiscard]] virtual Result<std::vector<MemberRecord>> members(
      std::span<const ObjectId> workspaceIds) = 0;
  /// What the members of a workspace are called.
  [[nodiscard]] virtual Result<std::vector<NamedUser>> memberNames(ObjectId workspaceId) = 0;
  /// In the order of making.
  [[nodiscard]] virtual Result<std::vector<ChannelRecord>> channels(
      std::span<const ObjectId> workspaceIds) = 0;
  [[nodiscard]] virtual Result<std::optional<ChannelRecord>> channel(ObjectId id) = 0;

  [[nodiscard]] virtual Result<std::optional<RoomRecord>> room(ObjectId id) = 0;
  [[nodiscard]] virtual Result<std::optional<RoomRecord>> roomOfPair(ObjectId a, ObjectId b) = 0;
  /// All rooms of the user, those with the newest message (else the newest room) first.
  [[nodiscard]] virtual Result<std::vector<RoomRecord>> roomsOf(ObjectId userId) = 0;

  [[nodiscard]] virtual Result<ConversationState> conversationState(ObjectId id) = 0;
  /// Page 1 is the newest; oldest first within a page; deleted ones are left out and not counted.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> messagePage(ObjectId conversation,
                                                                       std::uint32_t page,
                                                                       std::uint32_t limit) = 0;
  /// The `limit` nearest messages with seq < before (0: no bound) and seq > after, oldest first.
  /// With `after` alone the oldest of them, else the newest. Deleted ones are left out.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> messagesBySeq(ObjectId conversation,
                                                                         std::uint64_t before,
                                                                         std::uint64_t after,
                                                                         std::uint32_t limit) = 0;
  /// The last message that is not deleted, of each conversation that has one.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> lastMessages(
      std::span<const ObjectId> conversations) = 0;
  [[nodiscard]] virtual Result<std::optional<StoredMessage>> messageByClientId(
      ObjectId sender, std::string_view clientMessageId) = 0;

  [[nodiscard]] virtual Result<std::vector<Subscription>> subscriptionsOf(ObjectId userId) = 0;

  [[nodiscard]] virtual Result<std::optional<StoredMessage>> message(ObjectId id) = 0;
  /// Those with from <= id < to, the last made first.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> messagesBetween(ObjectId from,
                                                                           ObjectId to,
                                                                           std::uint32_t limit) = 0;
  /// Of every room of the user and everything that he subscribes to, in the order of their ids.
  [[nodiscard]] virtual Result<std::vector<ReadingState>> readingOf(ObjectId userId) = 0;
  /// What did not surely reach the user, conversation by conversation and there in order: others'
  /// messages above his delivered mark, not deleted, made after `since`.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> pendingOf(ObjectId userId, WallMs since,
                                                                     std::uint32_t limit) = 0;
  /// The read marks in these conversations that moved at or after `since`, at most `limit`.
  [[nodiscard]] virtual Result<std::vector<ReadMark>> readMarks(
      std::span<const ObjectId> conversations, WallMs since, std::uint32_t limit) = 0;
  /// Messages with seq > after, deleted ones included, oldest first.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> messagesSince(ObjectId conversation,
                                                                         std::uint64_t after,
                                                                         std::uint32_t limit) = 0;
  /// Messages with seq <= upTo that were changed by a commit above `commitNo`, in the order of
  /// their commits.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> changesSince(ObjectId conversation,
                                                                        std::uint64_t upTo,
                                                                        std::uint64_t commitNo,
                                                                        std::uint32_t limit) = 0;
  /// A commitNo not above the one with which message `seq` came: every later change of the
  /// conversation has a higher one.
  [[nodiscard]] virtual Result<std::uint64_t> commitNoAt(ObjectId conversation,
                                                         std::uint64_t seq) = 0;
  /// The highest number given to a committed change.
  [[nodiscard]] virtual Result<std::uint64_t> lastCommitNo() = 0;
  [[nodiscard]] virtual Result<std::vector<PresenceRecord>> presenceOf(
      std::span<const ObjectId> users) = 0;

  /// Up to which commit messages are in the index of search.
  [[nodiscard]] virtual Result<std::uint64_t> searchProgress() = 0;
  /// Messages that were made or changed by commits above `commitNo`, in the order of these, deleted
  /// ones included. Two may have one number: a reply, and what it replies to.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> changedAfter(std::uint64_t commitNo,
                                                                        std::uint32_t limit) = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<std::vector<SearchHit>> search(const SearchQuery& query) = 0;

  [[nodiscard]] virtual Result<std::vector<ObjectId>> workspaceIds() = 0;
  /// The newest message of the workspace's channels that goes when only the `keep` newest messages
  /// (0: all) and those made at `since` or later (0: all) are kept; nothing when none goes. The
  /// newest message of a channel never does.
  [[nodiscard]] virtual Result<std::optional<ObjectId>> retentionCut(ObjectId workspace,
                                                                     std::uint64_t keep,
                                                                     WallMs since) = 0;
  /// Those of which messages may be left: see Database::purgeConversation().
  [[nodiscard]] virtual Result<std::vector<ObjectId>> deletedConversations() = 0;

  /// As messagesBySeq(), deleted ones included.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> historyBySeq(ObjectId conversation,
                                                                        std::uint64_t before,
                                                                        std::uint64_t after,
                                                                        std::uint32_t limit) = 0;
  /// The newest replies to `parent` with seq < before (0: no bound), oldest first, deleted ones
  /// included.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> thread(ObjectId parent,
                                                                  std::uint64_t before,
                                                                  std::uint32_t limit) = 0;
  /// The last pinned first.
  [[nodiscard]] virtual Result<std::vector<StoredMessage>> pins(ObjectId conversation,
                                                                std::uint32_t limit) = 0;
  /// What the message said before, oldest first; not what it says now.
  [[nodiscard]] virtual Result<std::vector<MessageVersion>> versionsOf(ObjectId message) = 0;
  /// Of each message the emojis in the order of their first use.
  [[nodiscard]] virtual Result<std::vector<ReactionCount>> reactionsOf(
      std::span<const ObjectId> messages, ObjectId user) = 0;

  /// One that was kept at `since` or later.
  [[nodiscard]] virtual Result<std::optional<KeptSocket>> keptSocket(std::string_view pidHash,
                                                                     WallMs since) = 0;
  /// Those of the user's conversations in which something was committed after `commitNo`. Where
  /// `most` messages or more are new, knownSeq stands `most` below lastSeq.
  [[nodiscard]] virtual Result<std::vector<ConversationNews>> newsOf(ObjectId userId,
                                                                     std::uint64_t commitNo,
                                                                     std::uint32_t most) = 0;

  [[nodiscard]] virtual Result<std::vector<EndedSession>> endedSessions(WallMs now) = 0;
  [[nodiscard]] virtual Result<std::optional<FileRecord>> file(std::string_view id) = 0;
  /// Those of `owner` with that mark: one, if not two were asked for in one millisecond.
  [[nodiscard]] virtual Result<std::vector<FileRecord>> filesByMark(ObjectId owner,
                                                                    std::string_view mark) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> fileBytesOf(ObjectId owner) = 0;

  /// How many messages there are, about: never fewer than there are, and every later change of
  /// one counts again.
  [[nodiscard]] virtual Result<std::uint64_t> messageCount() = 0;
  /// Hands every (sender, clientMessageId) of the store to `take`, in slices of short reads so
  /// that no snapshot stays open; stops early when `take` returns false.
  [[nodiscard]] virtual Result<void> eachClientMessageId(
      base::UniqueFunction<bool(ObjectId, std::string_view)> take) = 0;
};

/// What a write came to, as far as a retry is concerned.
enum class WriteFault : std::uint8_t {
  kNone,
  kConflict,   ///< a unique index or a foreign key said no: this record, for ever
  kTransient,  ///< full, busy, locked: rolled back cleanly, may succeed later
  kInDoubt,    ///< COMMIT was sent and not answered: resolve() is to be asked
  kBroken,     ///< the store cannot be trusted any more (a failed fsync): end the process
  kStatement,  ///< anything else: a bug, or a damaged page
};

struct WriteResult {
  WriteFault fault = WriteFault::kNone;
  base::Error error;  ///< meaningful unless kNone; fit to be shown

  [[nodiscard]] bool ok() const { return fault == WriteFault::kNone; }
};

/// The one writing connection. Everything happens inside begin() … commit().
/// Thread: the writer's executor alone.
class Database {
 public:
  virtual ~Database() = default;

  [[nodiscard]] virtual WriteResult begin() = 0;
  /// Writes something even when nothing was changed, so that begin() and commit() show whether the
  /// store takes writes. After a fault the transaction is to be ended by rollback().
  [[nodiscard]] virtual WriteResult commit() = 0;
  /// What became of the commit() that was kInDoubt: kNone, it is stored; kTransient, it is not and
  /// may be tried again; kInDoubt, nobody can say yet. Until it is known nothing else is called.
  [[nodiscard]] virtual WriteResult resolve() { return {}; }
  /// May be called whether a transaction is open or not.
  virtual void rollback() = 0;
  /// A nested transaction: what is done between savepoint() and rollbackToSavepoint() is undone;
  /// releaseSavepoint() keeps it. One level.
  [[nodiscard]] virtual WriteResult savepoint() = 0;
  virtual void rollbackToSavepoint() = 0;
  [[nodiscard]] virtual WriteResult releaseSavepoint() = 0;

  /// Housekeeping between transactions (SQLite: the checkpoint). `idle`: nobody waits, so more
  /// may be done; otherwise only what cannot be put off. Only kBroken is of consequence.
  [[nodiscard]] virtual WriteResult maintain(bool idle) = 0;

  /// The highest number given to a committed change; the writer continues from it.
  [[nodiscard]] virtual std::uint64_t lastCommitNo() const = 0;

  /// The next number, for a change inside the open transaction; given again when that is undone.
  [[nodiscard]] virtual std::uint64_t nextCommitNo() = 0;

  /// kConflict: the (sender, clientMessageId), the (conversation, seq) or the id exists.
  [[nodiscard]] virtual WriteResult insertMessage(const MessageRecord& record,
                                                  std::uint64_t commitNo) = 0;
  /// The message that a kConflict was about, read on the writing connection.
  [[nodiscard]] virtual std::optional<StoredMessage> findByClientId(
      ObjectId sender, std::string_view clientMessageId) = 0;

  /// kConflict with the message "email" or "username" when that one is taken.
  [[nodiscard]] virtual WriteResult insertUser(const UserRecord& user) = 0;
  /// Replaces all fields but id and createdAt; kConflict as above.
  [[nodiscard]] virtual WriteResult updateUser(const UserRecord& user) = 0;
  /// Reads the user, lets `change` change it and writes it back, so that no other change is lost.
  /// `after`: as it is now; nothing when there is no such user. kConflict as above.
  [[nodiscard]] virtual WriteResult modifyUser(ObjectId id,
                                               absl::FunctionRef<void(UserRecord&)> change,
                                               std::optional<UserRecord>& after) = 0;
  [[nodiscard]] virtual WriteResult insertWorkspace(const WorkspaceRecord& workspace) = 0;
  /// As modifyUser().
  [[nodiscard]] virtual WriteResult modifyWorkspace(
      ObjectId id, absl::FunctionRef<void(WorkspaceRecord&)> change,
      std::optional<WorkspaceRecord>& after) = 0;
  [[nodiscard]] virtual WriteResult insertMember(const MemberRecord& member) = 0;
  /// kConflict: the workspace has a channel of that name (compared without ASCII case).
  [[nodiscard]] virtual WriteResult insertChannel(const ChannelRecord& channel) = 0;
  /// kConflict: the pair has a room.
  [[nodiscard]] virtual WriteResult insertRoom(const RoomRecord& room) = 0;
  /// kConflict as insertChannel(). One that is not there stays so, as below.
  [[nodiscard]] virtual WriteResult renameChannel(ObjectId id, std::string_view name,
                                                  WallMs now) = 0;
  [[nodiscard]] virtual WriteResult setRoomStatus(ObjectId id, RoomStatus status, WallMs now) = 0;
  // The conversations of what is deleted are to be purged, also after a restart: see
  // Reader::deletedConversations().
  [[nodiscard]] virtual WriteResult deleteWorkspace(ObjectId id,
                                                    std::vector<ObjectId>& channels) = 0;
  [[nodiscard]] virtual WriteResult deleteRoom(ObjectId id) = 0;
  /// Deletes a slice of what a deleted conversation left behind; `isDone` when nothing is left.
  [[nodiscard]] virtual WriteResult purgeConversation(ObjectId id, bool& isDone) = 0;
  /// Deletes a slice of the messages up to `cut` of the workspace's channels, the newest of each
  /// excepted. `count`: how many; 0 when none are left.
  [[nodiscard]] virtual WriteResult deleteOldest(ObjectId workspace, ObjectId cut,
                                                 std::uint64_t& count) = 0;
  /// Both may be repeated.
  [[nodiscard]] virtual WriteResult putSubscription(ObjectId userId, const Subscription& what,
                                                    WallMs now) = 0;
  [[nodiscard]] virtual WriteResult removeSubscription(ObjectId userId, ObjectId conversation) = 0;

  /// What is there now is no news to the user: called when he subscribes.
  [[nodiscard]] virtual WriteResult startCursor(ObjectId userId, ObjectId conversation) = 0;
  /// Moves the read mark, and the delivered one with it, forward to the seq in `mark`; in a room
  /// others' messages up to it become read. `moved`: false when it stood there or behind already;
  /// otherwise `mark` is given its commitNo.
  [[nodiscard]] virtual WriteResult advanceRead(ReadMark& mark, ConversationKind kind,
                                                bool& moved) = 0;
  /// Moves the delivered mark forward.
  [[nodiscard]] virtual WriteResult advanceDelivered(ObjectId userId, ObjectId conversation,
                                                     std::uint64_t seq, bool& moved) = 0;
  /// A socket of the user is gone, to which all commits from `from` to `upTo` were surely
  /// delivered: moves his delivered marks, but where something up to `from` is pending still.
  [[nodiscard]] virtual WriteResult raiseDelivered(ObjectId userId, std::uint64_t from,
                                                   std::uint64_t upTo, WallMs since) = 0;
  /// Pending messages up to `seq` are sent to the user. After three times without an answer they
  /// are pending no more.
  [[nodiscard]] virtual WriteResult noteOffered(ObjectId userId, ObjectId conversation,
                                                std::uint64_t seq) = 0;
  [[nodiscard]] virtual WriteResult putPresence(const PresenceRecord& record) = 0;

  /// Replaces what the user had.
  [[nodiscard]] virtual WriteResult putCode(ObjectId userId, std::string_view hash,
                                            WallMs expiresAt) = 0;
  /// Whether this is the user's code: then it is used up; otherwise one try of five is.
  [[nodiscard]] virtual WriteResult useCode(ObjectId userId, std::string_view hash, WallMs now,
                                            bool& fits) = 0;
  /// May be repeated.
  [[nodiscard]] virtual WriteResult endSession(const EndedSession& session) = 0;
  /// Codes and ended sessions of which nothing can come any more.
  [[nodiscard]] virtual WriteResult dropExpired(WallMs now) = 0;
  /// Of a user the last kMostKeptSockets.
  [[nodiscard]] virtual WriteResult keepSocket(const KeptSocket& socket) = 0;
  [[nodiscard]] virtual WriteResult dropKeptSocket(std::string_view pidHash) = 0;
  [[nodiscard]] virtual WriteResult dropKeptSockets(WallMs before) = 0;
  static constexpr std::int64_t kMostKeptSockets = 16;
  /// Unless the files of its owner would have more than `quota` bytes together: then `fits` is
  /// false. kConflict: there is one of that id.
  [[nodiscard]] virtual WriteResult insertFile(const FileRecord& file, std::uint64_t quota,
                                               bool& fits) = 0;
  [[nodiscard]] virtual WriteResult deleteFile(std::string_view id) = 0;

  /// Puts messages into the index of search, which then is at `commitNo`.
  [[nodiscard]] virtual WriteResult index(std::span<const SearchText> messages,
                                          std::uint64_t commitNo) = 0;

  // Changes of a stored message, which gives it the next commitNo and a version. Who may do that
  // is the caller's matter. Each may be repeated; `change` tells what it came to.

  /// Keeps what it said as a version of its own.
  [[nodiscard]] virtual WriteResult editMessage(ObjectId id, std::string_view body,
                                                std::span<const ObjectId> mentions, WallMs at,
                                                MessageChange& change) = 0;
  /// A tombstone stays: content, versions, reactions and pin are gone.
  [[nodiscard]] virtual WriteResult deleteMessage(ObjectId id, ObjectId by, WallMs at,
                                                  MessageChange& change) = 0;
  /// kTooMany beyond kMostEmojis different ones.
  [[nodiscard]] virtual WriteResult setReaction(ObjectId id, ObjectId user, std::string_view emoji,
                                                bool isThere, WallMs at, MessageChange& change) = 0;
  /// kTooMany beyond kMostPins of the conversation.
  [[nodiscard]] virtual WriteResult setPin(ObjectId id, ObjectId by, bool isPinned, WallMs at,
                                           MessageChange& change) = 0;
  static constexpr std::uint64_t kMostEmojis = 50;
  static constexpr std::uint64_t kMostPins = 100;
};

/// Opens connections to one store; the path of a store is known here alone.
class Backend {
 public:
  virtual ~Backend() = default;
  /// For the writer: brings the schema to this version first, or refuses with a reason.
  [[nodiscard]] virtual Result<std::unique_ptr<Database>> openWriter() = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Reader>> openReader() = 0;
  /// After openWriter(), on a thread of its own: reads the whole store where its last writer was
  /// cut off and the start did not look at all of it. Returns when it has, or soon after `stop`;
  /// an error when the store is damaged. A server that checks itself has nothing to do here.
  [[nodiscard]] virtual Result<void> checkAfterCutOff(std::stop_token /*stop*/) { return {}; }
  [[nodiscard]] virtual StoreStats& stats() = 0;
};

/// `path` is the database file; its folder must exist. Nothing is opened yet.
[[nodiscard]] std::unique_ptr<Backend> sqliteBackend(std::string path);
/// `url` as libpq takes it: postgresql://user@host:port/name?word=value. Nothing is opened yet.
[[nodiscard]] std::unique_ptr<Backend> postgresBackend(std::string url);

inline constexpr std::string_view kSqliteScheme = "sqlite:";
inline constexpr std::string_view kPostgresScheme = "postgresql://";
/// The one of the two that `url` names by its scheme; nullptr when it names none.
[[nodiscard]] std::unique_ptr<Backend> backendFor(const std::string& url);

}  // namespace rookery::store
