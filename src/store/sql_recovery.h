#pragma once

#include <string>

#include "rookery/store/sql_rows.h"

/// The queries and changes of both stores that are about clients that come back (see sql_rows.h).
namespace rookery::store {

/// A part of SqlReader. Thread: as the reader's.
template <typename Driver>
struct RecoveryQueries {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit RecoveryQueries(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement keptSocket{
      connection_,
      "SELECT pid_hash, user_id, socket_id, watched, reach_from, is_settled, left_at "
      "FROM kept_sockets WHERE pid_hash = ?1 AND left_at >= ?2"};
  // From the newest message down to the first that was committed before, ?3 of them at most.
  Statement newsOf{
      connection_,
      std::string(kOwnConversations) +
          ", tops(id, kind, last) AS (SELECT own.id, own.kind, coalesce((SELECT m.seq FROM "
          "messages AS m WHERE m.conversation_id = own.id ORDER BY m.seq DESC LIMIT 1), "
          "CAST(0 AS BIGINT)) FROM own), "
          "news(id, kind, last, known) AS (SELECT tops.id, tops.kind, tops.last, coalesce((SELECT "
          "m.seq FROM messages AS m WHERE m.conversation_id = tops.id AND m.seq > tops.last - ?3 "
          "AND m.commit_no <= ?2 ORDER BY m.seq DESC LIMIT 1), " +
          Driver::greatest("tops.last - ?3", "CAST(0 AS BIGINT)") +
          ") FROM tops) "
          "SELECT news.id, news.kind, news.last, news.known FROM news WHERE news.last > news.known "
          "OR EXISTS (SELECT 1 FROM messages AS m WHERE m.conversation_id = news.id "
          "AND m.commit_no > ?2 AND m.version > 1)"};
};

/// A part of SqlDatabase. Thread: the writer's executor.
template <typename Driver>
struct RecoveryChanges {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit RecoveryChanges(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement keep{connection_,
                 "INSERT INTO kept_sockets (pid_hash, user_id, socket_id, watched, reach_from, "
                 "is_settled, left_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                 "ON CONFLICT (pid_hash) DO UPDATE SET watched = excluded.watched, "
                 "reach_from = excluded.reach_from, is_settled = excluded.is_settled, "
                 "left_at = excluded.left_at"};
  Statement dropSurplus{
      connection_,
      "DELETE FROM kept_sockets WHERE user_id = ?1 AND pid_hash NOT IN (SELECT k.pid_hash FROM "
      "kept_sockets AS k WHERE k.user_id = ?1 ORDER BY k.left_at DESC, k.pid_hash LIMIT ?2)"};
  Statement drop{connection_, "DELETE FROM kept_sockets WHERE pid_hash = ?1"};
  Statement dropOld{connection_, "DELETE FROM kept_sockets WHERE left_at < ?1"};
};

}  // namespace rookery::store
