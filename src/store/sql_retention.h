#pragma once

#include <string>

#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// The channels of workspace ?1 that have messages, with the numbers of the first and the last. As
/// numbers have no holes, these say how many there are.
inline constexpr std::string_view kChannelEnds =
    "WITH ends AS (SELECT c.id AS id, "
    "(SELECT min(m.seq) FROM messages AS m WHERE m.conversation_id = c.id) AS first, "
    "(SELECT max(m.seq) FROM messages AS m WHERE m.conversation_id = c.id) AS last "
    "FROM channels AS c WHERE c.workspace_id = ?1) ";

/// The channels among them whose first message is not after ?2, and not the only one.
inline std::string oldChannels() {
  return std::string(kChannelEnds) +
         "SELECT ends.id, ends.first, ends.last FROM ends CROSS JOIN messages AS m "
         "ON m.conversation_id = ends.id AND m.seq = ends.first "
         "WHERE ends.first < ends.last AND m.id <= ?2 LIMIT 1";
}

/// A part of SqlReader (see sql_content.h): what is kept no longer. Thread: as the reader's.
template <typename Driver>
struct RetentionQueries {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit RetentionQueries(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement workspaces{connection_, "SELECT id FROM workspaces"};
  /// How many messages there are, and how many may go.
  Statement counts{connection_,
                   std::string(kChannelEnds) +
                       "SELECT CAST(coalesce(sum(ends.last - ends.first + 1), 0) AS BIGINT), "
                       "CAST(coalesce(sum(ends.last - ends.first), 0) AS BIGINT) FROM ends"};
  /// Of those that may go the one that ?3 others are older than; ?2 is more than ?3.
  Statement nth{connection_,
                std::string(kChannelEnds) +
                    "SELECT m.id FROM ends CROSS JOIN messages AS m ON m.conversation_id = ends.id "
                    "AND m.seq >= ends.first AND m.seq < ends.first + ?2 AND m.seq < ends.last "
                    "ORDER BY m.id LIMIT 1 OFFSET ?3"};
  Statement anyBefore{connection_, oldChannels()};
};

/// A part of SqlDatabase. Thread: the writer's executor.
template <typename Driver>
struct RetentionChanges {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit RetentionChanges(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement oldChannel{connection_, oldChannels()};
  /// The first of a channel's ?2 oldest that is after ?3.
  Statement firstKept{
      connection_,
      "SELECT min(s.seq) FROM (SELECT m.seq AS seq, m.id AS id FROM messages AS m WHERE "
      "m.conversation_id = ?1 ORDER BY m.seq LIMIT ?2) AS s WHERE s.id > ?3"};
};

}  // namespace rookery::store
