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

/// A part of SqlDatabase: how far users are, and who was there. Thread: the writer's executor.
template <typename Driver>
struct ReadingChanges {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit ReadingChanges(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  static constexpr std::string_view kInsertCursor =
      "INSERT INTO cursors (user_id, conversation_id, last_read_seq, delivered_seq) ";
  static constexpr std::string_view kOnKnownCursor =
      " ON CONFLICT (user_id, conversation_id) DO UPDATE SET delivered_seq = ";
  static std::string furtherDelivered() {
    return std::string(kOnKnownCursor) +
           Driver::greatest("cursors.delivered_seq", "excluded.delivered_seq");
  }
  Statement startCursor{
      connection_,
      std::string(kInsertCursor) +
          "SELECT ?1, ?2, last.seq, last.seq FROM (SELECT coalesce(max(m.seq), CAST(0 AS BIGINT)) "
          "AS seq FROM messages AS m WHERE m.conversation_id = ?2) AS last WHERE last.seq >= 0" +
          furtherDelivered()};
  Statement lastRead{
      connection_, "SELECT last_read_seq FROM cursors WHERE user_id = ?1 AND conversation_id = ?2"};
  Statement advanceRead{
      connection_,
      "INSERT INTO cursors (user_id, conversation_id, last_read_seq, delivered_seq, read_at, "
      "commit_no) VALUES (?1, ?2, ?3, ?3, ?4, ?5)" +
          furtherDelivered() +
          ", last_read_seq = excluded.last_read_seq, read_at = excluded.read_at, "
          "commit_no = excluded.commit_no"};
  Statement setRead{connection_,
                    "UPDATE messages SET status = ?5 WHERE conversation_id = ?1 AND seq > ?2 "
                    "AND seq <= ?3 AND sender_id <> ?4 AND status <> ?5"};
  Statement delivered{
      connection_, "SELECT delivered_seq FROM cursors WHERE user_id = ?1 AND conversation_id = ?2"};
  Statement advanceDelivered{
      connection_,
      std::string(kInsertCursor) + "VALUES (?1, ?2, CAST(0 AS BIGINT), ?3)" + furtherDelivered()};
  Statement raiseDelivered{
      connection_,
      withReach<Driver>() + std::string(kInsertCursor) +
          "SELECT ?1, far.id, CAST(0 AS BIGINT), far.seq FROM (SELECT reach.id AS id, "
          "reach.seen AS seen, (SELECT m.seq FROM messages AS m WHERE m.conversation_id = reach.id "
          "AND m.seq > reach.seen AND m.commit_no <= ?3 ORDER BY m.seq DESC LIMIT 1) AS seq "
          "FROM reach) AS far WHERE far.seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages AS "
          "m "
          "WHERE m.conversation_id = far.id AND m.seq > far.seen AND m.commit_no <= ?2 "
          "AND m.sender_id <> ?1 AND m.deleted_at IS NULL AND m.created_at > ?4)" +
          furtherDelivered()};
  Statement noteOffered{
      connection_,
      "INSERT INTO cursors (user_id, conversation_id, last_read_seq, delivered_seq, offered_seq, "
      "offers) VALUES (?1, ?2, CAST(0 AS BIGINT), CAST(0 AS BIGINT), ?3, CAST(1 AS BIGINT))" +
          std::string(kOnKnownCursor) +
          "CASE WHEN cursors.offers >= " + std::to_string(kMostOffers) + " THEN " +
          Driver::greatest("cursors.delivered_seq", "cursors.offered_seq") +
          " ELSE cursors.delivered_seq END, offered_seq = excluded.offered_seq, "
          "offers = CASE WHEN cursors.offered_seq = excluded.offered_seq THEN cursors.offers + 1 "
          "ELSE 1 END"};
  Statement putPresence{connection_,
                        "INSERT INTO presence (user_id, status, last_seen) VALUES (?1, ?2, ?3) "
                        "ON CONFLICT (user_id) DO UPDATE SET status = excluded.status, "
                        "last_seen = excluded.last_seen"};
};

}  // namespace rookery::store
