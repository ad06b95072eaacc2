#include "rookery/app/store_admin.h"

#include <fmt/format.h>

#include "rookery/app/import/importer.h"
#include "rookery/app/store_work.h"
#include "rookery/chat/account_rules.h"
#include "rookery/chat/avatars.h"
#include "rookery/chat/one_time_code.h"
#include "rookery/chat/passwords.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using store::UserRecord;

AdminAnswer answerFor(const UserRecord& user) {
  return {.userId = user.id.hex(), .username = user.username, .token = {}};
}

tl::unexpected<base::Error> invalid(std::string problem) {
  return base::fail(ErrorCode::kInvalidPayload, std::move(problem));
}

}  // namespace

base::Result<AdminAnswer> StoreAdmin::addUser(const NewUser& user) {
  for (auto& problem : {chat::usernameProblem(user.username), chat::emailProblem(user.email),
                        chat::passwordProblem(user.password)}) {
    if (problem) return invalid(*problem);
  }
  auto hash = chat::hashPassword(user.password, parts_.random);
  if (!hash) return base::fail(hash.error());
  UserRecord record;
  record.id = parts_.ids.next();
  record.username = user.username;
  record.email = user.email;
  record.passwordHash = std::move(*hash);
  record.avatar = chat::kDefaultAvatar;
  record.admin = user.isAdmin;
  record.createdAt = record.updatedAt = parts_.clock.wall();
  const auto written =
      write([record](store::Database& database) { return database.insertUser(record); });
  if (!written) return base::fail(written.error());
  return answerFor(record);
}

base::Result<AdminAnswer> StoreAdmin::setPassword(std::string_view who,
                                                  const std::string& password) {
  if (auto problem = chat::passwordProblem(password)) return invalid(*problem);
  auto hash = chat::hashPassword(password, parts_.random);
  if (!hash) return base::fail(hash.error());
  return change(who, [hash = std::move(*hash)](UserRecord& user) {
    user.passwordHash = hash;
    ++user.tokenVersion;
  });
}

base::Result<AdminAnswer> StoreAdmin::disableUser(std::string_view who) {
  return change(who, [](UserRecord& user) { user.disabled = true; });
}

base::Result<AdminAnswer> StoreAdmin::makeAdmin(std::string_view who) {
  return change(who, [](UserRecord& user) { user.admin = true; });
}

base::Result<AdminAnswer> StoreAdmin::onStore(const AdminRequest& request) {
  if (request.action == AdminRequest::Action::kImport) {
    return importDump(request.path, {.store = calls_,
                                     .random = parts_.random,
                                     .chat = parts_.chat,
                                     .stagingPath = parts_.dataFolder + "/import.staging"});
  }
  return workOnStore(parts_.storeUrl, request, parts_.chat != nullptr);
}

base::Result<AdminAnswer> StoreAdmin::issueToken(std::string_view who,
                                                 std::optional<std::chrono::milliseconds> ttl) {
  const auto user = find(who);
  if (!user) return base::fail(user.error());
  if (user->disabled) {
    return base::fail(ErrorCode::kForbidden, fmt::format("{} is disabled", user->username));
  }
  auto token =
      parts_.tokens.issue({.userId = user->id,
                           .email = user->email,
                           .username = user->username,
                           .expiresAt = parts_.clock.wall() + ttl.value_or(parts_.tokenTtl).count(),
                           .version = user->tokenVersion,
                           .session = parts_.ids.next()});
  if (!token) return base::fail(token.error());
  AdminAnswer answer = answerFor(*user);
  answer.token = std::move(*token);
  return answer;
}

base::Result<AdminAnswer> StoreAdmin::issueCode(std::string_view who) {
  const auto user = find(who);
  if (!user) return base::fail(user.error());
  if (user->disabled) {
    return base::fail(ErrorCode::kForbidden, fmt::format("{} is disabled", user->username));
  }
  AdminAnswer answer = answerFor(*user);
  answer.code = chat::newCode(parts_.random);
  const auto written = write(
      [id = user->id, until = parts_.clock.wall() + chat::kCodeLifeMs,
       hash = chat::codeHash(parts_.tokens.keyFor(chat::kCodePurpose), user->id, answer.code)](
          store::Database& database) { return database.putCode(id, hash, until); });
  if (!written) return base::fail(written.error());
  return answer;
}

/// An id goes before a name: a user could be named like another one's id.
base::Result<UserRecord> StoreAdmin::find(std::string_view who) {
  using Found = std::optional<UserRecord>;
  base::Result<Found> found =
      calls_.read<Found>([who = std::string(who)](store::Reader& reader) -> base::Result<Found> {
        if (const auto id = base::ObjectId::parse(who)) {
          base::Result<Found> byId = reader.user(*id);
          if (!byId || *byId) return byId;
        }
        return reader.userByUsername(who);
      });
  if (!found) return base::fail(found.error());
  Found& user = *found;
  if (!user) return base::fail(ErrorCode::kNotFound, fmt::format("there is no user {}", who));
  return *std::move(user);
}

base::Result<void> StoreAdmin::write(store::StoreWriter::Job job) {
  const store::WriteResult written = calls_.write(sizeof(UserRecord), std::move(job));
  if (written.ok()) return {};
  if (written.fault != store::WriteFault::kConflict) return base::fail(written.error);
  return base::fail(ErrorCode::kConflict, "there is a user with this " + written.error.message);
}

base::Result<AdminAnswer> StoreAdmin::change(std::string_view who,
                                             std::function<void(UserRecord&)> change) {
  const auto user = find(who);
  if (!user) return base::fail(user.error());
  // Shared with the job, which may run several times.
  auto after = std::make_shared<std::optional<UserRecord>>();
  const auto written = write([id = user->id, after, change = std::move(change),
                              now = parts_.clock.wall()](store::Database& database) {
    return database.modifyUser(
        id,
        [&](UserRecord& it) {
          change(it);
          it.updatedAt = now;
        },
        *after);
  });
  if (!written) return base::fail(written.error());
  if (!*after) return base::fail(ErrorCode::kNotFound, fmt::format("there is no user {}", who));
  if (parts_.chat != nullptr) parts_.chat->userChanged(**after);
  return answerFor(**after);
}

}  // namespace rookery::app
