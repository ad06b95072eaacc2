#pragma once

namespace rookery::store::sqlite {

/// The name of a VFS (https://sqlite.org/vfs.html) that is the system's but for how it writes the
/// write-ahead log: the frames of a transaction, which SQLite hands over in two writes each, go out
/// in one write before the commit is synced or anybody is told of it, and the log grows ahead of
/// what is written, so that few of the syncs have a new size to write down. For the connection that
/// writes; others read the same files by the system's own VFS.
/// Thread: any; registered at the first call. Null when SQLite has none of its own.
[[nodiscard]] const char* logWritingVfs();

}  // namespace rookery::store::sqlite
