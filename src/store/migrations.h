#pragma once

#include <span>

namespace rookery::store {

/// A step of the schema, the same for both stores. It has been run on real data once it is
/// released, so it is never changed: what follows is a new one.
struct Migration {
  const char* name;      ///< for the log
  const char* sqlite;    ///< statements, run in one transaction
  const char* postgres;  ///< likewise; whole numbers are BIGINT, texts COLLATE "C", ids BYTEA
};

/// All of them; the n-th brings a store from schema n - 1 to n. Each lies in a file of its own,
/// migrations/<feature>.cpp.
[[nodiscard]] std::span<const Migration> migrations();

/// The schema that this program reads and writes.
[[nodiscard]] int schemaVersion();

// In migrations/, in the order of migrations():
Migration firstSchema();
Migration reading();
Migration content();
Migration administration();
Migration search();
Migration accounts();
Migration mentions();
Migration keptSockets();
Migration searchPrefixes();
Migration searchSpans();
Migration searchPending();

}  // namespace rookery::store
