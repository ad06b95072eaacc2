#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include "rookery/store/database.h"
#include "rookery/store/sql_rows.h"

/// The queries and changes of both stores that are about what becomes of a message after it was
/// committed (see sql_rows.h).
namespace rookery::store {

/// A part of SqlReader: statements of its connection. Thread: as the reader's.
template <typename Driver>
struct ContentQueries {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit ContentQueries(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement historyBefore{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq < ?2 "
                                  "AND m.seq > ?3 ORDER BY m.seq DESC LIMIT ?4")};
  Statement historyAfter{connection_,
                         selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq < ?2 "
                                        "AND m.seq > ?3 ORDER BY m.seq LIMIT ?4")};
  Statement searchProgress{connection_, "SELECT commit_no FROM search_progress"};
  Statement changedAfter{
      connection_,
      selectMessages("messages AS m WHERE m.commit_no > ?1 ORDER BY m.commit_no LIMIT ?2")};
  Statement deleted{connection_, "SELECT id FROM deleted_conversations"};
  Statement thread{connection_,
                   selectMessages("messages AS m WHERE m.parent_id = ?1 AND m.seq < ?2 "
                                  "ORDER BY m.seq DESC LIMIT ?3")};
  Statement pins{connection_,
                 selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.pinned_at IS NOT "
                                "NULL ORDER BY m.pinned_at DESC, m.seq DESC LIMIT ?2")};
  Statement versions{connection_,
                     "SELECT version, body, written_at FROM message_versions WHERE message_id = ?1 "
                     "ORDER BY version"};
  Statement reactions{
      connection_,
      join(Driver::kIdList,
           "SELECT r.message_id, r.emoji, count(*), max(CASE WHEN r.user_id = ?2 THEN CAST(1 AS "
           "BIGINT) ELSE CAST(0 AS BIGINT) END), min(r.created_at) AS since FROM list CROSS JOIN "
           "reactions AS r ON r.message_id = list.id GROUP BY r.message_id, r.emoji "
           "ORDER BY since, r.emoji")};
};

/// A part of SqlDatabase, which runs the statements. Thread: the writer's executor.
template <typename Driver>
struct ContentChanges {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit ContentChanges(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement find{connection_, selectMessages("messages AS m WHERE m.id = ?1")};
  Statement keepVersion{connection_,
                        "INSERT INTO message_versions (message_id, version, body, written_at) "
                        "VALUES (?1, ?2, ?3, ?4)"};
  Statement edit{connection_,
                 "UPDATE messages SET body = ?2, mentions = ?3, edited_at = ?4, version = ?5, "
                 "commit_no = ?6 WHERE id = ?1"};
  Statement bury{
      connection_,
      "UPDATE messages SET body = '', image = NULL, image_key = NULL, mentions = NULL, "
      "deleted_at = ?2, "
      "deleted_by = ?3, pinned_at = NULL, pinned_by = NULL, version = ?4, commit_no = ?5 "
      "WHERE id = ?1"};
  Statement dropVersions{connection_, "DELETE FROM message_versions WHERE message_id = ?1"};
  Statement dropReactions{connection_, "DELETE FROM reactions WHERE message_id = ?1"};
  Statement touch{connection_, "UPDATE messages SET version = ?2, commit_no = ?3 WHERE id = ?1"};
  Statement pin{connection_,
                "UPDATE messages SET pinned_at = ?2, pinned_by = ?3, version = ?4, commit_no = ?5 "
                "WHERE id = ?1"};
  Statement unpin{connection_,
                  "UPDATE messages SET pinned_at = NULL, pinned_by = NULL, version = ?2, "
                  "commit_no = ?3 WHERE id = ?1"};
  Statement countPins{connection_,
                      "SELECT count(*) FROM messages WHERE conversation_id = ?1 "
                      "AND pinned_at IS NOT NULL"};
  Statement addReaction{connection_,
                        "INSERT INTO reactions (message_id, emoji, user_id, created_at) "
                        "VALUES (?1, ?2, ?3, ?4)"};
  Statement removeReaction{
      connection_, "DELETE FROM reactions WHERE message_id = ?1 AND emoji = ?2 AND user_id = ?3"};
  /// How many there are of an emoji, and whether the user's is one of them.
  Statement countReactions{
      connection_,
      "SELECT count(*), coalesce(max(CASE WHEN user_id = ?3 THEN CAST(1 AS BIGINT) "
      "ELSE CAST(0 AS BIGINT) END), CAST(0 AS BIGINT)) FROM reactions "
      "WHERE message_id = ?1 AND emoji = ?2"};
  Statement countEmojis{connection_,
                        "SELECT count(DISTINCT emoji) FROM reactions WHERE message_id = ?1"};
  Statement addReply{connection_,
                     "UPDATE messages SET reply_count = reply_count + 1, last_reply_at = ?3, "
                     "version = version + 1, commit_no = ?4 WHERE id = ?1 AND conversation_id = ?2 "
                     "AND deleted_at IS NULL"};
  Statement findEntry{connection_, "SELECT place FROM search_entries WHERE message_id = ?1"};
  Statement addEntry{connection_,
                     "INSERT INTO search_entries (message_id, created_at) VALUES (?1, ?2) "
                     "RETURNING place"};
  Statement noteSpans{
      connection_,
      "INSERT INTO search_spans (span, oldest, newest) SELECT place / 1024, min(created_at), "
      "max(created_at) FROM search_entries WHERE place >= ?1 GROUP BY place / 1024 "
      "ON CONFLICT (span) DO UPDATE SET oldest = " +
          Driver::least("search_spans.oldest", "excluded.oldest") +
          ", newest = " + Driver::greatest("search_spans.newest", "excluded.newest")};
  Statement dropEntry{connection_, "DELETE FROM search_entries WHERE place = ?1"};
  Statement setProgress{connection_, "UPDATE search_progress SET commit_no = ?1"};
  Statement removeReply{connection_,
                        "UPDATE messages SET reply_count = reply_count - 1, version = version + 1, "
                        "commit_no = ?2 WHERE id = ?1 AND reply_count > 0"};
};

}  // namespace rookery::store
