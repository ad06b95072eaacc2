#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/error.h"

namespace rookery::app {

/// What the command line asks of a store, whether it opens the store itself or the running server
/// does it for it.
struct AdminRequest {
  enum class Action : std::uint8_t {
    kAddUser,
    kSetPassword,
    kDisableUser,
    kMakeAdmin,
    kIssueToken,
    kIssueCode,
    kBackup,
    kExport,
    kVacuum,
    kImport
  };

  Action action = Action::kAddUser;
  std::string user = {};  ///< whom it is about: a user name or an id; of a new user the name
  std::string email = {};
  std::string password = {};
  bool isAdmin = false;                               ///< of a new user
  std::optional<std::chrono::milliseconds> ttl = {};  ///< of a token; nothing: as configured
  std::string path = {};                              ///< absolute; of what is written or read

  /// Whether it is about the store as a whole, and no user.
  [[nodiscard]] bool isOfStore() const { return action >= Action::kBackup; }
};

struct AdminAnswer {
  std::string userId;  ///< 24 hex digits
  std::string username;
  std::string token;      ///< when one was issued
  std::string code = {};  ///< when one was issued
  std::string text = {};  ///< what was done, for people; lines
};

/// Carries administration out.
/// Thread:  as the implementation says; calls wait for the store.
/// Failure: kInvalidPayload for what breaks a rule, kNotFound for a user that is not there,
///          kConflict for a name that is taken; the message is one line for the person who asked.
class AdminBackend {
 public:
  virtual ~AdminBackend() = default;

  struct NewUser {
    std::string username;
    std::string email = {};
    std::string password = {};
    bool isAdmin = false;
  };

  [[nodiscard]] virtual base::Result<AdminAnswer> addUser(const NewUser& user) = 0;
  /// `who` is a user name or an id, as below.
  [[nodiscard]] virtual base::Result<AdminAnswer> setPassword(std::string_view who,
                                                              const std::string& password) = 0;
  /// The user can no longer sign in; its connections are ended. May be repeated.
  [[nodiscard]] virtual base::Result<AdminAnswer> disableUser(std::string_view who) = 0;
  /// Of the server. May be repeated.
  [[nodiscard]] virtual base::Result<AdminAnswer> makeAdmin(std::string_view who) = 0;
  /// For a request that isOfStore(). May take long; the server goes on meanwhile.
  [[nodiscard]] virtual base::Result<AdminAnswer> onStore(const AdminRequest& request) = 0;
  /// kForbidden for a user that is disabled.
  [[nodiscard]] virtual base::Result<AdminAnswer> issueToken(
      std::string_view who, std::optional<std::chrono::milliseconds> ttl) = 0;
  /// A one-time code, in the place of the one that the user may have. kForbidden as above.
  [[nodiscard]] virtual base::Result<AdminAnswer> issueCode(std::string_view who) = 0;
};

/// Calls the function that `request` names. Thread: as the backend's.
[[nodiscard]] base::Result<AdminAnswer> perform(AdminBackend& backend, const AdminRequest& request);

}  // namespace rookery::app
