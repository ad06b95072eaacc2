#pragma once

#include "rookery/store/database.h"
#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// A part of SqlDatabase (see sql_content.h): what administration changes. Thread: the writer's
/// executor.
template <typename Driver>
struct AdministrationChanges {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit AdministrationChanges(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement user{connection_, join(kUsers, "users AS u WHERE u.id = ?1")};
  Statement workspace{connection_, join(kWorkspaces, "workspaces AS w WHERE w.id = ?1")};
  Statement updateWorkspace{connection_,
                            "UPDATE workspaces SET name = ?2, description = ?3, join_code = ?4, "
                            "image = ?5, updated_at = ?6 WHERE id = ?1"};
  Statement renameChannel{connection_,
                          "UPDATE channels SET name = ?2, updated_at = ?3 WHERE id = ?1"};
  Statement setRoomStatus{connection_,
                          "UPDATE rooms SET status = ?2, updated_at = ?3 WHERE id = ?1"};

  Statement channelsOf{connection_, "SELECT id FROM channels WHERE workspace_id = ?1"};
  // In this order: what refers to others goes first.
  Statement buryChannels{connection_,
                         "INSERT INTO deleted_conversations (id) SELECT id FROM channels "
                         "WHERE workspace_id = ?1 ON CONFLICT DO NOTHING"};
  Statement unsubscribeChannels{connection_,
                                "DELETE FROM subscriptions WHERE conversation_id IN "
                                "(SELECT id FROM channels WHERE workspace_id = ?1)"};
  Statement dropChannels{connection_, "DELETE FROM channels WHERE workspace_id = ?1"};
  Statement dropMembers{connection_, "DELETE FROM workspace_members WHERE workspace_id = ?1"};
  Statement dropWorkspace{connection_, "DELETE FROM workspaces WHERE id = ?1"};

  Statement bury{connection_,
                 "INSERT INTO deleted_conversations (id) VALUES (?1) ON CONFLICT DO NOTHING"};
  Statement unsubscribe{connection_, "DELETE FROM subscriptions WHERE conversation_id = ?1"};
  Statement dropRoom{connection_, "DELETE FROM rooms WHERE id = ?1"};

  /// The seq up to which a slice of ?2 messages goes; nothing when none are left.
  Statement sliceEnd{connection_,
                     "SELECT max(s.seq) FROM (SELECT m.seq AS seq FROM messages AS m WHERE "
                     "m.conversation_id = ?1 ORDER BY m.seq LIMIT ?2) AS s"};
  Statement purgeVersions{connection_,
                          "DELETE FROM message_versions WHERE message_id IN (SELECT id FROM "
                          "messages WHERE conversation_id = ?1 AND seq <= ?2)"};
  Statement purgeReactions{connection_,
                           "DELETE FROM reactions WHERE message_id IN (SELECT id FROM messages "
                           "WHERE conversation_id = ?1 AND seq <= ?2)"};
  Statement purgeEntries{connection_,
                         "DELETE FROM search_entries WHERE message_id IN (SELECT id FROM messages "
                         "WHERE conversation_id = ?1 AND seq <= ?2)"};
  Statement purgeMessages{connection_,
                          "DELETE FROM messages WHERE conversation_id = ?1 AND seq <= ?2"};
  Statement purgeCursors{connection_, "DELETE FROM cursors WHERE conversation_id = ?1"};
  Statement unbury{connection_, "DELETE FROM deleted_conversations WHERE id = ?1"};
};

}  // namespace rookery::store
