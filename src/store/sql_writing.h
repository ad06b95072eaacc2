#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "rookery/store/database.h"
#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// What all changes of both stores need: the connection, the numbers of commits, and one way to run
/// a statement (see sql_rows.h). Thread: the writer's executor alone.
template <typename Driver>
class SqlWriting : public Database {
 public:
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;
  using Run = typename Driver::Run;

  std::uint64_t lastCommitNo() const override { return committedNo_; }
  std::uint64_t nextCommitNo() override { return ++openNo_; }

 protected:
  explicit SqlWriting(Connection connection) : connection_(std::move(connection)) {}

  /// Reads where the commit numbers stand, and whether all statements could be prepared.
  [[nodiscard]] bool readCommitNo() {
    if (!connection_.isPrepared()) return false;
    Run run(readCommitNo_);
    if (run.next()) committedNo_ = static_cast<std::uint64_t>(run.integer(0));
    openNo_ = committedNo_;
    return run.done();
  }

  /// What `run` came to once it is done; `what` is a literal that names the statement.
  [[nodiscard]] virtual WriteResult outcome(Run& run, std::string_view what) = 0;

  template <typename... Parameters>
  WriteResult run(Statement& statement, std::string_view what, const Parameters&... parameters) {
    Run once(statement, parameters...);
    return outcome(once, what);
  }

  Connection connection_;
  std::uint64_t committedNo_ = 0;
  std::uint64_t openNo_ = 0;       ///< the highest of the open transaction
  std::uint64_t savepointNo_ = 0;  ///< openNo_ when the savepoint was set

 private:
  Statement readCommitNo_{connection_, "SELECT value FROM meta WHERE key = 'last_commit_no'"};
};

}  // namespace rookery::store
