#include "rookery/app/admin_json.h"

#include <array>

#include "rookery/app/duration.h"
#include "rookery/base/json.h"
#include "rookery/base/json_writer.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using Action = AdminRequest::Action;

struct ActionName {
  Action action;
  std::string_view name;
};
constexpr std::array kActions = {ActionName{Action::kAddUser, "addUser"},
                                 ActionName{Action::kSetPassword, "setPassword"},
                                 ActionName{Action::kDisableUser, "disableUser"},
                                 ActionName{Action::kMakeAdmin, "makeAdmin"},
                                 ActionName{Action::kIssueToken, "issueToken"},
                                 ActionName{Action::kIssueCode, "issueCode"},
                                 ActionName{Action::kBackup, "backup"},
                                 ActionName{Action::kExport, "export"},
                                 ActionName{Action::kVacuum, "vacuum"},
                                 ActionName{Action::kImport, "import"}};

std::string_view nameOf(Action action) {
  for (const ActionName& row : kActions) {
    if (row.action == action) return row.name;
  }
  return {};
}

std::string textOf(const base::JsonObject& object, std::string_view name) {
  return std::string(base::stringMember(object, name).value_or(""));
}

ErrorCode codeOf(std::string_view name) {
  for (auto code = ErrorCode::kInvalidPayload; code != ErrorCode::kInternal;
       code = static_cast<ErrorCode>(static_cast<int>(code) + 1)) {
    if (base::codeName(code) == name) return code;
  }
  return ErrorCode::kInternal;
}

std::optional<base::JsonObject> parseObject(base::JsonParser& parser, std::string_view line) {
  const auto value = parser.parse(line);
  base::JsonObject object;
  if (!value || value->get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

}  // namespace

std::string requestLine(const AdminRequest& request) {
  std::string line;
  base::JsonWriter json(line);
  json.beginObject();
  json.key("action").string(nameOf(request.action));
  if (!request.isOfStore()) json.key("user").string(request.user);
  if (!request.path.empty()) json.key("path").string(request.path);
  if (!request.email.empty()) json.key("email").string(request.email);
  if (!request.password.empty()) json.key("password").string(request.password);
  if (request.isAdmin) json.key("admin").boolean(true);
  if (request.ttl) json.key("ttlMs").number(static_cast<std::int64_t>(request.ttl->count()));
  json.endObject();
  return line + "\n";
}

std::string answerLine(const base::Result<AdminAnswer>& answer) {
  std::string line;
  base::JsonWriter json(line);
  json.beginObject();
  json.key("success").boolean(answer.has_value());
  if (answer) {
    json.key("data").beginObject();
    if (!answer->text.empty()) json.key("text").string(answer->text);
    json.key("userId").string(answer->userId);
    json.key("username").string(answer->username);
    if (!answer->token.empty()) json.key("token").string(answer->token);
    if (!answer->code.empty()) json.key("code").string(answer->code);
    json.endObject();
  } else {
    json.key("code").string(base::codeName(answer.error().code));
    json.key("message").string(answer.error().message);
  }
  json.endObject();
  return line + "\n";
}

base::Result<AdminRequest> parseRequest(std::string_view line) {
  const auto invalid = [](std::string message) {
    return base::fail(ErrorCode::kInvalidPayload, std::move(message));
  };
  base::JsonParser parser;
  const auto object = parseObject(parser, line);
  if (!object) return invalid("a request is one JSON object in one line");

  AdminRequest request;
  const std::string action = textOf(*object, "action");
  bool isKnown = false;
  for (const ActionName& row : kActions) {
    if (row.name != action) continue;
    request.action = row.action;
    isKnown = true;
  }
  if (!isKnown) return invalid("there is no such action");
  request.user = textOf(*object, "user");
  request.path = textOf(*object, "path");
  if (request.isOfStore()) {
    const bool isNeeded = request.action != Action::kVacuum;
    if (isNeeded && !request.path.starts_with('/')) return invalid("path must be absolute");
    return request;
  }
  if (request.user.empty()) return invalid("user is required");
  request.email = textOf(*object, "email");
  request.password = textOf(*object, "password");
  if ((*object)["admin"].get(request.isAdmin) == simdjson::INCORRECT_TYPE) {
    return invalid("admin must be true or false");
  }
  std::int64_t ttlMs = 0;
  const auto ttl = (*object)["ttlMs"].get(ttlMs);
  if (ttl == simdjson::SUCCESS && ttlMs > 0 && ttlMs <= kLongestDuration.count()) {
    request.ttl = std::chrono::milliseconds(ttlMs);
  }
  if (ttl != simdjson::NO_SUCH_FIELD && !request.ttl) return invalid("ttlMs is out of range");
  return request;
}

base::Result<AdminAnswer> parseAnswer(std::string_view line) {
  const auto garbled = [] {
    return base::fail(ErrorCode::kInternal, "the server's answer cannot be understood");
  };
  base::JsonParser parser;
  const auto object = parseObject(parser, line);
  bool isSuccess = false;
  if (!object || (*object)["success"].get(isSuccess) != simdjson::SUCCESS) return garbled();
  if (!isSuccess) {
    return base::fail(codeOf(textOf(*object, "code")), textOf(*object, "message"));
  }
  base::JsonObject data;
  if ((*object)["data"].get(data) != simdjson::SUCCESS) return garbled();
  return AdminAnswer{.userId = textOf(data, "userId"),
                     .username = textOf(data, "username"),
                     .token = textOf(data, "token"),
                     .code = textOf(data, "code"),
                     .text = textOf(data, "text")};
}

}  // namespace rookery::app
