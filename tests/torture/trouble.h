#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rookery::torture {

/// What befalls a server in one round.
enum class Trouble : std::uint8_t {
  kKill,       ///< kill -9
  kPause,      ///< SIGSTOP, and SIGCONT later
  kNoSpace,    ///< ENOSPC
  kBadWrites,  ///< EIO of writes
  kBadSyncs,   ///< EIO of fsync: the server ends by itself
  kShortWrites,
  kSlowSyncs,
  kLostCache,      ///< kill -9, and what was not synced is gone
  kNormalSync,     ///< the same with synchronous=NORMAL: messages must be lost
  kClock,          ///< the wall clock steps
  kAll,            ///< any of them but kNormalSync
  kDatabaseKill,   ///< PostgreSQL is killed
  kDatabasePause,  ///< PostgreSQL stands still
  kDatabaseCrash,  ///< PostgreSQL and the server are killed, in any order
};

struct Kind {
  Trouble trouble;
  std::string_view name;
  bool isPostgres;
};

inline constexpr Kind kKinds[] = {
    {Trouble::kKill, "kill", false},
    {Trouble::kPause, "pause", false},
    {Trouble::kNoSpace, "no-space", false},
    {Trouble::kBadWrites, "bad-writes", false},
    {Trouble::kBadSyncs, "bad-syncs", false},
    {Trouble::kShortWrites, "short-writes", false},
    {Trouble::kSlowSyncs, "slow-syncs", false},
    {Trouble::kLostCache, "lost-cache", false},
    {Trouble::kClock, "clock", false},
    {Trouble::kAll, "all", false},
    {Trouble::kKill, "postgres-server-kill", true},
    {Trouble::kDatabaseKill, "postgres-kill", true},
    {Trouble::kDatabasePause, "postgres-pause", true},
    {Trouble::kDatabaseCrash, "postgres-all", true},
    {Trouble::kNormalSync, "normal-sync", false},
};

}  // namespace rookery::torture
