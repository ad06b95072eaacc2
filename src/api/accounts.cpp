#include "rookery/api/accounts.h"

#include "rookery/api/dispatch.h"
#include "rookery/api/fields.h"
#include "rookery/api/tokens.h"
#include "rookery/api/views.h"
#include "rookery/api/workers.h"
#include "rookery/chat/account_rules.h"
#include "rookery/chat/avatars.h"
#include "rookery/chat/passwords.h"

namespace rookery::api {
namespace {

using store::UserRecord;

constexpr std::size_t kUserBytes = 1024;

struct SignUp {
  std::string email;
  std::string username;
  std::string password;
};

struct SignIn {
  bool byEmail = false;
  std::string name;  ///< the address, or the user name
  std::string password;
};

Answered<SignUp> readSignUp(const Request& request) {
  const Answered<base::JsonObject> body = jsonBody(request.head, request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  SignUp wanted{.email = fields.trimmed("email", {}),
                .username = fields.trimmed("username", {.min = 3}),
                .password = fields.text("password", {.min = 1, .max = chat::kMaxPassword})};
  if (auto problem = chat::emailProblem(wanted.email)) fields.explain("email", *problem);
  if (auto problem = chat::usernameProblem(wanted.username)) fields.explain("username", *problem);
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  return wanted;
}

Answered<SignIn> readSignIn(const Request& request) {
  const Answered<base::JsonObject> body = jsonBody(request.head, request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  const std::string type = fields.trimmed("loginType", {});
  SignIn wanted;
  wanted.byEmail = type == "email";
  if (wanted.byEmail || type == "username") {
    wanted.name = fields.trimmed(type, {.min = 1, .max = 254});
  } else {
    fields.explain("loginType", "loginType must be email or username");
  }
  wanted.password = fields.text("password", {.min = 1, .max = chat::kMaxPassword});
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  return wanted;
}

std::string conflictMessage(const std::string& field) {
  return field == "email" ? "A user with this e-mail address exists already"
                          : "A user with this username exists already";
}

void answerSignedUp(CallPtr call, const UserRecord& user, const store::WriteResult& result) {
  if (result.fault == store::WriteFault::kConflict) {
    return call->answer(Failure{.status = 409, .message = conflictMessage(result.error.message)});
  }
  if (!result.ok()) return call->answer(failureOf(result.error));
  const std::string& url = call->services().options.publicUrl;
  call->answer(envelopeA(200, "Successfully signed up",
                         jsonOf([&](base::JsonWriter& json) { writeUser(json, user, url); })));
}

/// The unique indices decide between two who want one name at once.
void insert(CallPtr call, UserRecord user) {
  write(
      std::move(call), kUserBytes,
      [user](store::Database& database) { return database.insertUser(user); },
      [user](CallPtr done, const store::WriteResult& result) {
        answerSignedUp(std::move(done), user, result);
      });
}

UserRecord newUser(const Services& services, SignUp wanted, std::string passwordHash) {
  UserRecord user;
  user.id = services.ids.next();
  user.username = std::move(wanted.username);
  user.email = std::move(wanted.email);
  user.passwordHash = std::move(passwordHash);
  user.avatar = chat::kDefaultAvatar;
  user.createdAt = user.updatedAt = services.clock.wall();
  return user;
}

net::HttpResponse signedIn(const Services& services, const UserRecord& user) {
  const auto token = issueToken(services, user, services.ids.next());
  if (!token) return envelopeOf(failureOf(token.error()));
  return envelopeB(
      202, "Successfully signed in", jsonOf([&](base::JsonWriter& json) {
        json.beginObject().key("id").id(user.id);
        json.key("username").string(user.username).key("email").string(user.email);
        json.key("avatar").string(chat::avatarUrl(user.avatar, services.options.publicUrl));
        json.key("name").string(user.name).key("about").string(user.about);
        json.key("token").string(*token).endObject();
      }));
}

void checkPassword(CallPtr call, UserRecord user, std::string password) {
  std::string hash = user.passwordHash;
  onWorkers<bool>(
      std::move(call),
      [hash = std::move(hash), password = std::move(password)] {
        return chat::verifyPassword(password, hash);
      },
      [user = std::move(user)](CallPtr done, bool fits) {
        if (!fits) return done->answer(Failure{.status = 400, .message = "Invalid password"});
        if (user.disabled) {
          return done->answer(Failure{.status = 403, .message = "This account is disabled"});
        }
        net::HttpResponse response = signedIn(done->services(), user);
        done->answer(std::move(response));
      });
}

}  // namespace

void signUp(CallPtr call) {
  const auto refused =
      overLimit(*call, call->shared().signups, KeyedLimiter::keyOf(call->request().peer));
  if (refused) return call->answer(*refused);
  Answered<SignUp> wanted = readSignUp(call->request());
  if (!wanted) return call->answer(wanted.error());
  base::Random& random = call->services().random;
  std::string secret = std::move(wanted->password);  // the order of arguments is nobody's promise
  onWorkers<base::Result<std::string>>(
      std::move(call),
      [password = std::move(secret), &random] { return chat::hashPassword(password, random); },
      [wanted = std::move(*wanted)](CallPtr done, base::Result<std::string> hash) mutable {
        if (!hash) return done->answer(failureOf(hash.error()));
        UserRecord user = newUser(done->services(), std::move(wanted), std::move(*hash));
        insert(std::move(done), std::move(user));
      });
}

void signIn(CallPtr call) {
  const Request& request = call->request();
  if (const auto refused = tooManyLogins(*call)) return call->answer(*refused);
  Answered<SignIn> wanted = readSignIn(request);
  if (!wanted) return call->answer(wanted.error());
  if (const auto refused = tooManyAttempts(*call, wanted->name)) return call->answer(*refused);
  askStore<UserRecord>(
      std::move(call),
      [byEmail = wanted->byEmail,
       name = std::move(wanted->name)](store::Reader& reader) -> Answered<UserRecord> {
        auto user = byEmail ? reader.userByEmail(name) : reader.userByUsername(name);
        if (!user) return refuse(user.error());
        if (!*user) return notFound("User");
        return std::move(**user);
      },
      [password = std::move(wanted->password)](CallPtr found, UserRecord user) mutable {
        checkPassword(std::move(found), std::move(user), std::move(password));
      });
}

}  // namespace rookery::api
