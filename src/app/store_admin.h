#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/app/admin.h"
#include "rookery/app/store_calls.h"
#include "rookery/base/clock.h"
#include "rookery/base/executor.h"
#include "rookery/base/object_id.h"
#include "rookery/base/random.h"
#include "rookery/chat/chat_admin.h"
#include "rookery/chat/tokens.h"

namespace rookery::app {

/// Administration over an open store: that of the running server, or one that a command opened.
/// Thread: one at a time, and never a loop, the writer or a thread of `replies`: calls wait.
class StoreAdmin final : public AdminBackend {
 public:
  /// All of it outlives the StoreAdmin.
  struct Parts {
    store::StoreReaders& readers;
    store::StoreWriter& writer;
    base::Executor& replies;  ///< where answers of readers arrive, e.g. the readers' own threads
    const chat::Tokens& tokens;
    const base::Clock& clock;
    base::Random& random;
    base::ObjectIdGenerator& ids;
    chat::ChatAdmin* chat = nullptr;       ///< to be told of changes; nullptr when no server runs
    std::chrono::milliseconds tokenTtl{};  ///< when a request says none
    std::string storeUrl = {};
    std::string dataFolder = {};
  };

  explicit StoreAdmin(Parts parts)
      : parts_(parts), calls_(parts.readers, parts.writer, parts.replies) {}

  base::Result<AdminAnswer> addUser(const NewUser& user) override;
  base::Result<AdminAnswer> setPassword(std::string_view who, const std::string& password) override;
  base::Result<AdminAnswer> disableUser(std::string_view who) override;
  base::Result<AdminAnswer> makeAdmin(std::string_view who) override;
  base::Result<AdminAnswer> onStore(const AdminRequest& request) override;
  base::Result<AdminAnswer> issueToken(std::string_view who,
                                       std::optional<std::chrono::milliseconds> ttl) override;
  base::Result<AdminAnswer> issueCode(std::string_view who) override;

 private:
  [[nodiscard]] base::Result<store::UserRecord> find(std::string_view who);
  [[nodiscard]] base::Result<void> write(store::StoreWriter::Job job);
  /// Changes the user inside the write, so that no other change is lost.
  [[nodiscard]] base::Result<AdminAnswer> change(std::string_view who,
                                                 std::function<void(store::UserRecord&)> change);

  Parts parts_;
  StoreCalls calls_;
};

}  // namespace rookery::app
