#pragma once

#include <algorithm>
#include <utility>

#include "rookery/store/sql_content.h"
#include "rookery/store/sql_messages.h"
#include "rookery/store/sql_querying.h"
#include "rookery/store/sql_search.h"

namespace rookery::store {

/// The queries of both stores about messages. Thread: one at a time.
template <typename Driver>
class SqlMessageReader : public SqlQuerying<Driver> {
  using Base = SqlQuerying<Driver>;

 public:
  using typename Base::Connection;
  using typename Base::Run;
  using typename Base::Statement;

  Result<ConversationState> conversationState(ObjectId id) override {
    Run run(messages_.conversationState, id);
    ConversationState state;
    if (run.next()) {
      state.lastSeq = static_cast<std::uint64_t>(run.integer(0));
      state.lastCommitNo = static_cast<std::uint64_t>(run.integer(1));
    }
    if (!run.done()) return failed(run);
    return state;
  }
  Result<std::vector<StoredMessage>> messagePage(ObjectId conversation, std::uint32_t page,
                                                 std::uint32_t limit) override {
    const std::int64_t skipped = (std::max<std::int64_t>(page, 1) - 1) * limit;
    Run run(messages_.messagePage, conversation, static_cast<std::int64_t>(limit), skipped);
    return oldestFirst(all(run, messageRow<Run>));
  }
  Result<std::vector<StoredMessage>> messagesBySeq(ObjectId conversation, std::uint64_t before,
                                                   std::uint64_t after,
                                                   std::uint32_t limit) override {
    return bySeq(messages_.messagesBefore, messages_.messagesAfter, conversation, before, after,
                 limit);
  }
  Result<std::vector<StoredMessage>> lastMessages(
      std::span<const ObjectId> conversations) override {
    Run run(messages_.lastMessages, IdList{conversations});
    return all(run, messageRow<Run>);
  }
  Result<std::optional<StoredMessage>> messageByClientId(
      ObjectId sender, std::string_view clientMessageId) override {
    Run run(messages_.messageByClientId, sender, clientMessageId);
    return one(run, messageRow<Run>);
  }
  Result<std::optional<StoredMessage>> message(ObjectId id) override {
    Run run(messages_.message, id);
    return one(run, messageRow<Run>);
  }
  Result<std::vector<StoredMessage>> messagesSince(ObjectId conversation, std::uint64_t after,
                                                   std::uint32_t limit) override {
    Run run(messages_.messagesSince, conversation, bounded(after),
            static_cast<std::int64_t>(limit));
    return all(run, messageRow<Run>);
  }
  Result<std::vector<StoredMessage>> changesSince(ObjectId conversation, std::uint64_t upTo,
                                                  std::uint64_t commitNo,
                                                  std::uint32_t limit) override {
    Run run(messages_.changesSince, conversation, bounded(upTo), bounded(commitNo),
            static_cast<std::int64_t>(limit));
    return all(run, messageRow<Run>);
  }
  Result<std::uint64_t> commitNoAt(ObjectId conversation, std::uint64_t seq) override {
    Run run(messages_.commitNoAt, conversation, bounded(seq));
    return number(run);
  }
  Result<std::uint64_t> searchProgress() override {
    Run run(content_.searchProgress);
    return number(run);
  }
  Result<std::vector<StoredMessage>> changedAfter(std::uint64_t commitNo,
                                                  std::uint32_t limit) override {
    Run run(content_.changedAfter, bounded(commitNo), static_cast<std::int64_t>(limit));
    return all(run, messageRow<Run>);
  }
  Result<std::vector<SearchHit>> search(const SearchQuery& query) override {
    Result<std::vector<SearchHit>> hits;
    search_.run(query, [&](Run& run) {
      hits = all(run, [](const Run& row) {
        return SearchHit{.message = messageRow<Run>(row),
                         .place = static_cast<std::uint64_t>(row.integer(kMessageColumnCount)),
                         .snippet = row.text(kMessageColumnCount + 1)};
      });
    });
    return hits;
  }
  Result<std::vector<ObjectId>> deletedConversations() override {
    Run run(content_.deleted);
    return all(run, [](const Run& row) { return row.id(0); });
  }
  Result<std::vector<StoredMessage>> historyBySeq(ObjectId conversation, std::uint64_t before,
                                                  std::uint64_t after,
                                                  std::uint32_t limit) override {
    return bySeq(content_.historyBefore, content_.historyAfter, conversation, before, after, limit);
  }
  Result<std::vector<StoredMessage>> thread(ObjectId parent, std::uint64_t before,
                                            std::uint32_t limit) override {
    Run run(content_.thread, parent, upperBound(before), static_cast<std::int64_t>(limit));
    return oldestFirst(all(run, messageRow<Run>));
  }
  Result<std::vector<StoredMessage>> pins(ObjectId conversation, std::uint32_t limit) override {
    Run run(content_.pins, conversation, static_cast<std::int64_t>(limit));
    return all(run, messageRow<Run>);
  }
  Result<std::vector<MessageVersion>> versionsOf(ObjectId message) override {
    Run run(content_.versions, message);
    return all(run, [](const Run& row) {
      return MessageVersion{.version = static_cast<std::uint64_t>(row.integer(0)),
                            .body = row.text(1),
                            .writtenAt = row.integer(2)};
    });
  }
  Result<std::vector<ReactionCount>> reactionsOf(std::span<const ObjectId> messages,
                                                 ObjectId user) override {
    Run run(content_.reactions, IdList{messages}, user);
    return all(run, [](const Run& row) {
      return ReactionCount{.messageId = row.id(0),
                           .emoji = row.text(1),
                           .count = static_cast<std::uint64_t>(row.integer(2)),
                           .isOwn = row.integer(3) != 0};
    });
  }
  Result<std::vector<StoredMessage>> messagesBetween(ObjectId from, ObjectId to,
                                                     std::uint32_t limit) override {
    Run run(messages_.messagesBetween, from, to, static_cast<std::int64_t>(limit));
    return all(run, messageRow<Run>);
  }

 protected:
  explicit SqlMessageReader(Connection connection) : Base(std::move(connection)) {}

  using Base::all;
  using Base::bounded;
  using Base::connection_;
  using Base::failed;
  using Base::number;
  using Base::one;
  using Base::upperBound;

 private:
  Result<std::vector<StoredMessage>> bySeq(Statement& backwards, Statement& forwards,
                                           ObjectId conversation, std::uint64_t before,
                                           std::uint64_t after, std::uint32_t limit) {
    const bool isForward = before == 0 && after != 0;
    Run run(isForward ? forwards : backwards, conversation, upperBound(before), bounded(after),
            static_cast<std::int64_t>(limit));
    auto rows = all(run, messageRow<Run>);
    return isForward ? std::move(rows) : oldestFirst(std::move(rows));
  }
  static Result<std::vector<StoredMessage>> oldestFirst(Result<std::vector<StoredMessage>> rows) {
    if (rows) std::reverse(rows->begin(), rows->end());
    return rows;
  }

  MessageQueries<Driver> messages_{connection_};
  ContentQueries<Driver> content_{connection_};
  SearchQueries<Driver> search_{connection_};
};

}  // namespace rookery::store
