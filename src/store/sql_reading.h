#pragma once

#include <string>

#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// A part of SqlReader (see sql_content.h): how far users are, and who is there. Thread: as the
/// reader's.
template <typename Driver>
struct ReadingQueries {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit ReadingQueries(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement readingOf{
      connection_,
      std::string(kOwnConversations) +
          " SELECT own.id, own.kind, coalesce((SELECT m.seq FROM messages AS m WHERE "
          "m.conversation_id = own.id ORDER BY m.seq DESC LIMIT 1), CAST(0 AS BIGINT)), "
          "coalesce(c.last_read_seq, CAST(0 AS BIGINT)), "
          "(SELECT count(*) FROM messages AS m WHERE m.conversation_id = own.id AND "
          "m.seq > coalesce(c.last_read_seq, CAST(0 AS BIGINT)) AND m.sender_id <> ?1 "
          "AND m.deleted_at IS NULL) "
          "FROM own LEFT JOIN cursors AS c ON c.user_id = ?1 AND c.conversation_id = own.id "
          "ORDER BY own.id"};
  Statement pendingOf{
      connection_,
      selectMessages("reach CROSS JOIN messages AS m ON m.conversation_id = reach.id AND "
                     "m.seq > reach.seen WHERE m.sender_id <> ?1 AND m.deleted_at IS NULL "
                     "AND m.created_at > ?2 ORDER BY m.conversation_id, m.seq LIMIT ?3",
                     withReach<Driver>())};
  Statement readMarks{
      connection_,
      join(Driver::kIdList,
           "SELECT c.user_id, c.conversation_id, m.id, c.last_read_seq, c.read_at, c.commit_no "
           "FROM list CROSS JOIN cursors AS c ON c.conversation_id = list.id "
           "CROSS JOIN messages AS m ON m.conversation_id = c.conversation_id "
           "AND m.seq = c.last_read_seq WHERE c.read_at >= ?2 LIMIT ?3")};
  Statement presenceOf{
      connection_,
      join(Driver::kIdList,
           "SELECT p.user_id, p.status, p.last_seen FROM list CROSS JOIN presence AS p "
           "ON p.user_id = list.id")};
};

}  // namespace rookery::store
