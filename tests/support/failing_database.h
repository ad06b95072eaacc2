#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "rookery/store/database.h"

namespace rookery::test {

/// Says which operations of a FailingDatabase fail, and how. It outlives the database.
class FailAt {
 public:
  /// The n-th operation from now (1 is the next) fails once. begin, savepoint, releaseSavepoint,
  /// insertMessage, the other changes and commit count.
  void nth(std::size_t n, store::WriteFault fault) {
    countdown_ = n;
    nthFault_ = fault;
  }
  /// All commits fail until heal().
  void everyCommit(store::WriteFault fault) { commitFault_ = fault; }
  /// A group that contains such a message cannot be committed.
  void commitWith(std::function<bool(const store::MessageRecord&)> which, store::WriteFault fault) {
    poison_ = std::move(which);
    poisonFault_ = fault;
  }
  /// Such a message cannot be inserted.
  void insertOf(std::function<bool(const store::MessageRecord&)> which, store::WriteFault fault) {
    insert_ = std::move(which);
    insertFault_ = fault;
  }
  /// The next commit is not answered: it was done when `isKept`, else undone. The store cannot say
  /// so before `asked` questions.
  void doubt(bool isKept, std::size_t asked) {
    doubts_ = true;
    isKept_ = isKept;
    questions_ = asked;
  }
  void heal() { *this = FailAt{}; }

  [[nodiscard]] std::size_t operations() const { return operations_; }

 private:
  friend class FailingDatabase;
  static store::WriteResult result(store::WriteFault fault) {
    return {fault, {base::ErrorCode::kStoreFailed, "made to fail"}};
  }
  std::optional<store::WriteResult> step() {
    ++operations_;
    if (countdown_ == 0 || --countdown_ > 0) return std::nullopt;
    return result(nthFault_);
  }

  std::size_t operations_ = 0;
  std::size_t countdown_ = 0;
  store::WriteFault nthFault_ = store::WriteFault::kNone;
  store::WriteFault commitFault_ = store::WriteFault::kNone;
  std::function<bool(const store::MessageRecord&)> poison_;
  store::WriteFault poisonFault_ = store::WriteFault::kNone;
  std::function<bool(const store::MessageRecord&)> insert_;
  store::WriteFault insertFault_ = store::WriteFault::kNone;
  bool doubts_ = false;
  bool isKept_ = false;
  std::size_t questions_ = 0;
};

/// A real database whose operations fail as `plan` says: what fails was not done.
class FailingDatabase final : public store::Database {
 public:
  FailingDatabase(std::unique_ptr<store::Database> real, FailAt& plan)
      : real_(std::move(real)), plan_(plan) {}

  store::WriteResult begin() override {
    poisoned_ = false;
    return orFail([&] { return real_->begin(); });
  }
  store::WriteResult commit() override {
    if (plan_.commitFault_ != store::WriteFault::kNone) return FailAt::result(plan_.commitFault_);
    if (poisoned_) return FailAt::result(plan_.poisonFault_);
    if (plan_.doubts_) {
      plan_.doubts_ = false;
      if (!plan_.isKept_) {
        real_->rollback();
      } else if (store::WriteResult done = real_->commit(); !done.ok()) {
        return done;
      }
      return FailAt::result(store::WriteFault::kInDoubt);
    }
    return orFail([&] { return real_->commit(); });
  }
  store::WriteResult resolve() override {
    if (plan_.questions_ > 0) {
      --plan_.questions_;
      return FailAt::result(store::WriteFault::kInDoubt);
    }
    return FailAt::result(plan_.isKept_ ? store::WriteFault::kNone : store::WriteFault::kTransient);
  }
  void rollback() override { real_->rollback(); }
  store::WriteResult savepoint() override {
    return orFail([&] { return real_->savepoint(); });
  }
  void rollbackToSavepoint() override { real_->rollbackToSavepoint(); }
  store::WriteResult releaseSavepoint() override {
    return orFail([&] { return real_->releaseSavepoint(); });
  }
  store::WriteResult maintain(bool idle) override { return real_->maintain(idle); }
  [[nodiscard]] std::uint64_t lastCommitNo() const override { return real_->lastCommitNo(); }
  [[nodiscard]] std::uint64_t nextCommitNo() override { return real_->nextCommitNo(); }

  store::WriteResult insertMessage(const store::MessageRecord& record,
                                   std::uint64_t commitNo) override {
    if (plan_.insert_ && plan_.insert_(record)) return FailAt::result(plan_.insertFault_);
    if (plan_.poison_ && plan_.poison_(record)) poisoned_ = true;
    return orFail([&] { return real_->insertMessage(record, commitNo); });
  }
  std::optional<store::StoredMessage> findByClientId(base::ObjectId sender,
                                                     std::string_view id) override {
    return real_->findByClientId(sender, id);
  }
  store::WriteResult insertUser(const store::UserRecord& it) override {
    return orFail([&] { return real_->insertUser(it); });
  }
  store::WriteResult updateUser(const store::UserRecord& it) override {
    return orFail([&] { return real_->updateUser(it); });
  }
  store::WriteResult insertWorkspace(const store::WorkspaceRecord& it) override {
    return orFail([&] { return real_->insertWorkspace(it); });
  }
  store::WriteResult insertMember(const store::MemberRecord& it) override {
    return orFail([&] { return real_->insertMember(it); });
  }
  store::WriteResult insertChannel(const store::ChannelRecord& it) override {
    return orFail([&] { return real_->insertChannel(it); });
  }
  store::WriteResult insertRoom(const store::RoomRecord& it) override {
    return orFail([&] { return real_->insertRoom(it); });
  }
  store::WriteResult putSubscription(base::ObjectId user, const store::Subscription& what,
                                     base::WallMs now) override {
    return orFail([&] { return real_->putSubscription(user, what, now); });
  }
  store::WriteResult removeSubscription(base::ObjectId user, base::ObjectId from) override {
    return orFail([&] { return real_->removeSubscription(user, from); });
  }
  store::WriteResult startCursor(base::ObjectId user, base::ObjectId conversation) override {
    return orFail([&] { return real_->startCursor(user, conversation); });
  }
  store::WriteResult advanceRead(store::ReadMark& mark, store::ConversationKind kind,
                                 bool& moved) override {
    return orFail([&] { return real_->advanceRead(mark, kind, moved); });
  }
  store::WriteResult advanceDelivered(base::ObjectId user, base::ObjectId conversation,
                                      std::uint64_t seq, bool& moved) override {
    return orFail([&] { return real_->advanceDelivered(user, conversation, seq, moved); });
  }
  store::WriteResult raiseDelivered(base::ObjectId user, std::uint64_t from, std::uint64_t upTo,
                                    base::WallMs since) override {
    return orFail([&] { return real_->raiseDelivered(user, from, upTo, since); });
  }
  store::WriteResult noteOffered(base::ObjectId user, base::ObjectId conversation,
                                 std::uint64_t seq) override {
    return orFail([&] { return real_->noteOffered(user, conversation, seq); });
  }
  store::WriteResult putPresence(const store::PresenceRecord& record) override {
    return orFail([&] { return real_->putPresence(record); });
  }
  store::WriteResult modifyUser(store::ObjectId id,
                                absl::FunctionRef<void(store::UserRecord&)> change,
                                std::optional<store::UserRecord>& after) override {
    return orFail([&] { return real_->modifyUser(id, change, after); });
  }
  store::WriteResult modifyWorkspace(store::ObjectId id,
                                     absl::FunctionRef<void(store::WorkspaceRecord&)> change,
                                     std::optional<store::WorkspaceRecord>& after) override {
    return orFail([&] { return real_->modifyWorkspace(id, change, after); });
  }
  store::WriteResult renameChannel(store::ObjectId id, std::string_view name,
                                   store::WallMs now) override {
    return orFail([&] { return real_->renameChannel(id, name, now); });
  }
  store::WriteResult setRoomStatus(store::ObjectId id, store::RoomStatus status,
                                   store::WallMs now) override {
    return orFail([&] { return real_->setRoomStatus(id, status, now); });
  }
  store::WriteResult deleteWorkspace(store::ObjectId id,
                                     std::vector<store::ObjectId>& channels) override {
    return orFail([&] { return real_->deleteWorkspace(id, channels); });
  }
  store::WriteResult deleteRoom(store::ObjectId id) override {
    return orFail([&] { return real_->deleteRoom(id); });
  }
  store::WriteResult purgeConversation(store::ObjectId id, bool& isDone) override {
    return orFail([&] { return real_->purgeConversation(id, isDone); });
  }
  store::WriteResult deleteOldest(store::ObjectId workspace, store::ObjectId cut,
                                  std::uint64_t& count) override {
    return orFail([&] { return real_->deleteOldest(workspace, cut, count); });
  }
  store::WriteResult putCode(store::ObjectId user, std::string_view hash,
                             store::WallMs expiresAt) override {
    return orFail([&] { return real_->putCode(user, hash, expiresAt); });
  }
  store::WriteResult useCode(store::ObjectId user, std::string_view hash, store::WallMs now,
                             bool& fits) override {
    return orFail([&] { return real_->useCode(user, hash, now, fits); });
  }
  store::WriteResult endSession(const store::EndedSession& it) override {
    return orFail([&] { return real_->endSession(it); });
  }
  store::WriteResult dropExpired(store::WallMs now) override {
    return orFail([&] { return real_->dropExpired(now); });
  }
  store::WriteResult keepSocket(const store::KeptSocket& it) override {
    return orFail([&] { return real_->keepSocket(it); });
  }
  store::WriteResult dropKeptSocket(std::string_view pidHash) override {
    return orFail([&] { return real_->dropKeptSocket(pidHash); });
  }
  store::WriteResult dropKeptSockets(store::WallMs before) override {
    return orFail([&] { return real_->dropKeptSockets(before); });
  }
  store::WriteResult insertFile(const store::FileRecord& it, std::uint64_t quota,
                                bool& fits) override {
    return orFail([&] { return real_->insertFile(it, quota, fits); });
  }
  store::WriteResult deleteFile(std::string_view id) override {
    return orFail([&] { return real_->deleteFile(id); });
  }
  store::WriteResult index(std::span<const store::SearchText> messages,
                           std::uint64_t commitNo) override {
    return orFail([&] { return real_->index(messages, commitNo); });
  }
  store::WriteResult editMessage(store::ObjectId id, std::string_view body,
                                 std::span<const store::ObjectId> mentions, store::WallMs at,
                                 store::MessageChange& change) override {
    return orFail([&] { return real_->editMessage(id, body, mentions, at, change); });
  }
  store::WriteResult deleteMessage(store::ObjectId id, store::ObjectId by, store::WallMs at,
                                   store::MessageChange& change) override {
    return orFail([&] { return real_->deleteMessage(id, by, at, change); });
  }
  store::WriteResult setReaction(store::ObjectId id, store::ObjectId user, std::string_view emoji,
                                 bool isThere, store::WallMs at,
                                 store::MessageChange& change) override {
    return orFail([&] { return real_->setReaction(id, user, emoji, isThere, at, change); });
  }
  store::WriteResult setPin(store::ObjectId id, store::ObjectId by, bool isPinned, store::WallMs at,
                            store::MessageChange& change) override {
    return orFail([&] { return real_->setPin(id, by, isPinned, at, change); });
  }

 private:
  template <typename Operation>
  store::WriteResult orFail(Operation operation) {
    if (auto fault = plan_.step()) return *std::move(fault);
    return operation();
  }

  std::unique_ptr<store::Database> real_;
  FailAt& plan_;
  bool poisoned_ = false;
};

}  // namespace rookery::test
