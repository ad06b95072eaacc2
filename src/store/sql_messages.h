#pragma once

#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// A part of SqlReader (see sql_content.h): messages, one by one and in the order of a
/// conversation. Thread: as the reader's.
template <typename Driver>
struct MessageQueries {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit MessageQueries(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement conversationState{
      connection_,
      "SELECT coalesce((SELECT m.seq FROM messages AS m WHERE m.conversation_id = ?1 "
      "ORDER BY m.seq DESC LIMIT 1), 0), " +
          Driver::greatest("coalesce((SELECT m.commit_no FROM messages AS m WHERE "
                           "m.conversation_id = ?1 ORDER BY m.seq DESC LIMIT 1), 0)",
                           "coalesce((SELECT max(m.commit_no) FROM messages AS m WHERE "
                           "m.conversation_id = ?1 AND m.version > 1), 0)")};
  Statement messagePage{
      connection_,
      selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.deleted_at IS NULL "
                     "ORDER BY m.seq DESC LIMIT ?2 OFFSET ?3")};
  Statement messagesBefore{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq < ?2 "
                                  "AND m.seq > ?3 AND m.deleted_at IS NULL "
                                  "ORDER BY m.seq DESC LIMIT ?4")};
  Statement messagesAfter{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq < ?2 "
                                  "AND m.seq > ?3 AND m.deleted_at IS NULL "
                                  "ORDER BY m.seq LIMIT ?4")};
  Statement lastMessages{
      connection_,
      selectMessages("list CROSS JOIN messages AS m ON m.conversation_id = list.id AND m.seq = "
                     "(SELECT n.seq FROM messages AS n WHERE n.conversation_id = list.id "
                     "AND n.deleted_at IS NULL ORDER BY n.seq DESC LIMIT 1)",
                     Driver::kIdList)};
  Statement messageByClientId{
      connection_,
      selectMessages("messages AS m WHERE m.sender_id = ?1 AND m.client_message_id = ?2")};
  Statement message{connection_, selectMessages("messages AS m WHERE m.id = ?1")};
  Statement messagesBetween{
      connection_,
      selectMessages("messages AS m WHERE m.id >= ?1 AND m.id < ?2 ORDER BY m.id DESC LIMIT ?3")};
  Statement messagesSince{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq > ?2 "
                                  "ORDER BY m.seq LIMIT ?3")};
  Statement changesSince{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq <= ?2 "
                                  "AND m.commit_no > ?3 AND m.version > 1 "
                                  "ORDER BY m.commit_no LIMIT ?4")};
  Statement commitNoAt{
      connection_,
      "SELECT m.commit_no FROM messages AS m WHERE m.conversation_id = ?1 AND m.seq <= ?2 "
      "AND m.version = 1 ORDER BY m.seq DESC LIMIT 1"};
};

}  // namespace rookery::store
