#pragma once

#include "rookery/store/database.h"
#include "rookery/store/sql_rows.h"

/// The queries and changes of both stores that are about one-time codes, sessions that were ended
/// and uploaded files (see sql_rows.h).
namespace rookery::store {

inline constexpr std::int64_t kMostTries = 5;  ///< of a one-time code

template <typename Run>
FileRecord fileRow(const Run& run) {
  return {.id = run.text(0),
          .ownerId = run.id(1),
          .name = run.text(2),
          .mark = run.text(3),
          .type = run.text(4),
          .bytes = static_cast<std::uint64_t>(run.integer(5)),
          .sha256 = run.text(6),
          .createdAt = run.integer(7)};
}

inline constexpr std::string_view kFiles =
    "SELECT f.id, f.owner_id, f.name, f.mark, f.type, f.bytes, f.sha256, f.created_at "
    "FROM files AS f WHERE ";
inline constexpr std::string_view kBytesOf =
    "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM files WHERE owner_id = ?1";

/// A part of SqlReader. Thread: as the reader's.
template <typename Driver>
struct AccountQueries {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit AccountQueries(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement endedSessions{connection_,
                          "SELECT id, expires_at FROM ended_sessions WHERE expires_at > ?1"};
  Statement file{connection_, join(kFiles, "f.id = ?1")};
  Statement filesByMark{connection_,
                        join(kFiles, "f.owner_id = ?1 AND f.mark = ?2 ORDER BY f.id LIMIT 100")};
  Statement bytesOf{connection_, std::string(kBytesOf)};
};

/// A part of SqlDatabase. Thread: the writer's executor.
template <typename Driver>
struct AccountChanges {
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;

  explicit AccountChanges(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement putCode{connection_,
                    "INSERT INTO one_time_codes (user_id, hash, expires_at, tries) "
                    "VALUES (?1, ?2, ?3, CAST(0 AS BIGINT)) ON CONFLICT (user_id) DO UPDATE SET "
                    "hash = excluded.hash, expires_at = excluded.expires_at, tries = 0"};
  Statement code{connection_,
                 "SELECT hash FROM one_time_codes WHERE user_id = ?1 AND expires_at > ?2 "
                 "AND tries < ?3"};
  Statement countTry{connection_, "UPDATE one_time_codes SET tries = tries + 1 WHERE user_id = ?1"};
  Statement dropCode{connection_, "DELETE FROM one_time_codes WHERE user_id = ?1"};
  Statement dropCodes{connection_, "DELETE FROM one_time_codes WHERE expires_at <= ?1"};
  Statement endSession{connection_,
                       "INSERT INTO ended_sessions (id, expires_at) VALUES (?1, ?2) "
                       "ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"};
  Statement dropSessions{connection_, "DELETE FROM ended_sessions WHERE expires_at <= ?1"};
  Statement bytesOf{connection_, std::string(kBytesOf)};
  Statement insertFile{
      connection_,
      "INSERT INTO files (id, owner_id, name, mark, type, bytes, sha256, created_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
  Statement deleteFile{connection_, "DELETE FROM files WHERE id = ?1"};
};

}  // namespace rookery::store
