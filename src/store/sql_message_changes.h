#pragma once

#include <algorithm>
#include <utility>

#include "rookery/store/sql_content.h"
#include "rookery/store/sql_search.h"
#include "rookery/store/sql_writing.h"

namespace rookery::store {

/// What becomes of a message after it was committed: edits, deletions, reactions, pins, replies,
/// and the index of search. Thread: the writer's executor alone.
template <typename Driver>
class SqlMessageChanges : public SqlWriting<Driver> {
  using Base = SqlWriting<Driver>;

 public:
  using typename Base::Connection;
  using typename Base::Run;
  using typename Base::Statement;

  WriteResult index(std::span<const SearchText> messages, std::uint64_t commitNo) override {
    std::int64_t firstNew = 0;
    for (const SearchText& one : messages) {
      if (WriteResult result = indexOne(one, firstNew); !result.ok()) return result;
    }
    if (firstNew != 0) {
      WriteResult result = run(content_.noteSpans, "search", firstNew);
      if (!result.ok()) return result;
    }
    return run(content_.setProgress, "progress of search", commitNo);
  }

  WriteResult editMessage(ObjectId id, std::string_view body, std::span<const ObjectId> mentions,
                          WallMs at, MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    if (it.body == body) return unchanged(change);
    result = run(content_.keepVersion, "version", id, it.version, it.body, it.updatedAt);
    if (!result.ok()) return result;
    for (const ObjectId& one : mentions) {
      const bool isNew =
          std::find(it.mentions.begin(), it.mentions.end(), one) == it.mentions.end();
      if (isNew) change.mentioned.push_back(one);
    }
    it.body = body;
    it.mentions.assign(mentions.begin(), mentions.end());
    it.editedAt = it.updatedAt = at;
    number(it);
    return run(content_.edit, "message", id, body, OrNull{idsText(mentions)}, at, it.version,
               it.commitNo);
  }

  WriteResult deleteMessage(ObjectId id, ObjectId by, WallMs at, MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    it.deletedAt = at;
    it.deletedBy = by;
    it.body.clear();
    it.mentions.clear();
    number(it);
    result = run(content_.bury, "message", id, at, by, it.version, it.commitNo);
    if (result.ok()) result = run(content_.dropVersions, "version", id);
    if (result.ok()) result = run(content_.dropReactions, "reaction", id);
    if (result.ok() && it.parentId) {
      result = run(content_.removeReply, "message", *it.parentId, it.commitNo);
    }
    return result;
  }

  WriteResult setReaction(ObjectId id, ObjectId user, std::string_view emoji, bool isThere,
                          WallMs at, MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    bool wasThere = false;
    {
      Run row(content_.countReactions, id, emoji, user);
      if (row.next()) {
        change.reactions = static_cast<std::uint64_t>(row.integer(0));
        wasThere = row.integer(1) != 0;
      }
      if (result = outcome(row, "reaction"); !result.ok()) return result;
    }
    if (wasThere == isThere) return unchanged(change);
    if (isThere && change.reactions == 0) {
      result = limit(content_.countEmojis, id, Database::kMostEmojis, change);
      if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    }
    result = isThere ? run(content_.addReaction, "reaction", id, emoji, user, at)
                     : run(content_.removeReaction, "reaction", id, emoji, user);
    if (!result.ok()) return result;
    change.reactions += isThere ? 1 : ~std::uint64_t{0};
    number(it);
    return run(content_.touch, "message", id, it.version, it.commitNo);
  }

  WriteResult setPin(ObjectId id, ObjectId by, bool isPinned, WallMs at,
                     MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    if ((it.pinnedAt != 0) == isPinned) return unchanged(change);
    if (isPinned) {
      result = limit(content_.countPins, it.conversationId, Database::kMostPins, change);
      if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    }
    it.pinnedAt = isPinned ? at : 0;
    it.pinnedBy = isPinned ? std::optional<ObjectId>(by) : std::nullopt;
    number(it);
    if (!isPinned) return run(content_.unpin, "message", id, it.version, it.commitNo);
    return run(content_.pin, "message", id, at, by, it.version, it.commitNo);
  }

 protected:
  explicit SqlMessageChanges(Connection connection) : Base(std::move(connection)) {}

  using Base::connection_;
  using Base::outcome;
  using Base::run;

  /// To be called with every message that was written and is a reply.
  [[nodiscard]] WriteResult noteReply(const MessageRecord& reply, std::uint64_t commitNo) {
    return run(content_.addReply, "message", *reply.parentId, reply.conversationId, reply.createdAt,
               commitNo);
  }

  ContentChanges<Driver> content_{connection_};
  SearchChanges<Driver> search_{connection_};

 private:
  WriteResult indexOne(const SearchText& message, std::int64_t& firstNew) {
    std::int64_t place = 0;
    if (WriteResult result = number(content_.findEntry, place, message.messageId); !result.ok()) {
      return result;
    }
    if (place != 0 && !message.text.empty()) {
      return run(search_.changeText, "search", place, message.text);
    }
    if (place != 0) {
      WriteResult result = run(search_.dropText, "search", place);
      return result.ok() ? run(content_.dropEntry, "search", place) : result;
    }
    if (message.text.empty()) return {};
    WriteResult result = number(content_.addEntry, place, message.messageId, message.createdAt);
    if (!result.ok()) return result;
    if (firstNew == 0) firstNew = place;
    return run(search_.addText, "search", place, message.text, message.conversationId,
               message.senderId);
  }
  template <typename... Parameters>
  WriteResult number(Statement& statement, std::int64_t& found, const Parameters&... parameters) {
    Run row(statement, parameters...);
    if (row.next()) found = row.integer(0);
    return outcome(row, "search");
  }
  /// Reads the message that is to be changed. The verdict is kChanged when it can be.
  WriteResult look(ObjectId id, MessageChange& change) {
    change = {};
    Run row(content_.find, id);
    if (row.next()) {
      change.message = messageRow<Run>(row);
      change.verdict = change.message.deletedAt == 0 ? MessageChange::Verdict::kChanged
                                                     : MessageChange::Verdict::kDeleted;
    }
    return outcome(row, "message");
  }
  static WriteResult unchanged(MessageChange& change) {
    change.verdict = MessageChange::Verdict::kUnchanged;
    return {};
  }
  WriteResult limit(Statement& count, ObjectId of, std::uint64_t most, MessageChange& change) {
    Run row(count, of);
    if (row.next() && static_cast<std::uint64_t>(row.integer(0)) >= most) {
      change.verdict = MessageChange::Verdict::kTooMany;
    }
    return outcome(row, "message");
  }
  void number(StoredMessage& message) {
    ++message.version;
    message.commitNo = this->nextCommitNo();
  }
};

}  // namespace rookery::store
