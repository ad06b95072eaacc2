#include "rookery/api/profile.h"

#include <memory>

#include "rookery/api/dispatch.h"
#include "rookery/api/fields.h"
#include "rookery/api/tokens.h"
#include "rookery/api/views.h"
#include "rookery/api/workers.h"
#include "rookery/chat/account_rules.h"
#include "rookery/chat/passwords.h"
#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using net::HttpResponse;
using store::UserRecord;

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxAbout = 1000;
constexpr std::size_t kUserBytes = 1024;

std::string userJson(const UserRecord& user, const Services& services) {
  return jsonOf([&](JsonWriter& json) { writeUser(json, user, services.options.publicUrl); });
}

/// The fields lie flat in the body, or in its member `payload`.
base::JsonObject profileIn(const base::JsonObject& body) {
  base::JsonObject inner;
  return body["payload"].get(inner) == simdjson::SUCCESS ? inner : body;
}

struct NewPassword {
  std::string email;
  std::string password;
  std::string current;
};

/// With a one-time token the old password is not asked for.
Answered<NewPassword> readNewPassword(const Request& request) {
  const Answered<base::JsonObject> body = jsonBody(request.head, request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  NewPassword wanted{.email = fields.trimmed("email", {.min = 1, .max = chat::kMaxEmail}),
                     .password = fields.text("password", {.min = 1, .max = chat::kMaxPassword}),
                     .current = {}};
  if (request.claims.use == chat::TokenClaims::Use::kEverything) {
    wanted.current = fields.text("currentPassword", {.min = 1, .max = chat::kMaxPassword});
  }
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  return wanted;
}

Failure wrongPassword() { return {.status = 400, .message = "Invalid password"}; }

/// What a change of the password came to.
struct KeptPassword {
  std::optional<UserRecord> user;
  bool isStale = false;  ///< it was changed since the old one was looked at
};

void answerKept(CallPtr call, const KeptPassword& kept) {
  if (!kept.user) return call->answer(Failure{.status = 404, .message = "User not found"});
  if (kept.isStale) return call->answer(wrongPassword());
  const Services& services = call->services();
  const chat::TokenClaims& claims = call->request().claims;
  const bool isSession = claims.use == chat::TokenClaims::Use::kEverything;
  services.chat.userChanged(*kept.user, isSession ? claims.session : base::ObjectId());
  HttpResponse response = envelopeB(200, "Password updated", userJson(*kept.user, services));
  if (!isSession) return call->answer(std::move(response));
  const auto token = issueToken(services, *kept.user, claims.session);
  if (!token) return call->answer(failureOf(token.error()));
  call->answer(std::move(response.with("access-token", *token)));
}

/// All tokens that were issued before end with this. Of two changes with the same old password, or
/// the same one-time token, the second is refused: that is the old one no more.
void keepPassword(CallPtr call, const base::ObjectId& id, std::uint64_t version, std::string hash) {
  // Shared by the two steps of the write.
  auto kept = std::make_shared<KeptPassword>();
  const base::WallMs now = call->services().clock.wall();
  write(
      std::move(call), kUserBytes,
      [id, version, kept, hash = std::move(hash), now](store::Database& database) {
        return database.modifyUser(
            id,
            [&](UserRecord& user) {
              kept->isStale = user.tokenVersion != version;
              if (kept->isStale) return;
              user.passwordHash = hash;
              user.updatedAt = now;
              ++user.tokenVersion;
            },
            kept->user);
      },
      [kept](CallPtr done, const store::WriteResult& result) {
        if (!result.ok()) return done->answer(failureOf(result.error));
        answerKept(std::move(done), *kept);
      });
}

}  // namespace

Answered<Decision> updateProfile(const Asked& asked) {
  const Answered<base::JsonObject> body = jsonBody(asked.request.head, asked.request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(profileIn(*body));
  const auto username = fields.optionalTrimmed("username", {.min = 3});
  const auto name = fields.optionalText("name", kMaxName);
  const auto about = fields.optionalText("about", kMaxAbout);
  const auto email = fields.optionalText("email", chat::kMaxEmail);
  if (username) {
    if (auto problem = chat::usernameProblem(*username)) fields.explain("username", *problem);
  }
  if (email && *email != asked.me.email) fields.explain("email", "email cannot be changed");
  if (auto failure = fields.failure()) return refuse(std::move(*failure));

  auto after = std::make_shared<std::optional<UserRecord>>();
  return Change{
      .bytes = kUserBytes,
      .job =
          [id = asked.me.id, after, username, name, about,
           now = asked.services.clock.wall()](store::Database& database) {
            return database.modifyUser(
                id,
                [&](UserRecord& user) {
                  if (username) user.username = *username;
                  if (name) user.name = *name;
                  if (about) user.about = *about;
                  user.updatedAt = now;
                },
                *after);
          },
      .onConflict = Failure{.status = 409, .message = "A user with this username exists already"},
      .committed =
          [after](chat::ChatAdmin& chat) {
            if (*after) chat.userChanged(**after);
          },
      .answer = [after, &services = asked.services](store::Reader&) -> Answered<HttpResponse> {
        if (!*after) return notFound("User");
        return envelopeB(200, "Profile updated", userJson(**after, services));
      }};
}

void updatePassword(CallPtr call, UserRecord me) {
  if (const auto refused = tooManyLogins(*call)) return call->answer(*refused);
  Answered<NewPassword> wanted = readNewPassword(call->request());
  if (!wanted) return call->answer(wanted.error());
  if (!chat::sameEmail(wanted->email, me.email)) {
    return call->answer(Failure{.status = 403, .message = "This is not your e-mail address"});
  }
  using Hash = Answered<std::string>;
  base::Random& random = call->services().random;  // the order of arguments is nobody's promise
  const bool asksOld = call->request().claims.use == chat::TokenClaims::Use::kEverything;
  onWorkers<Hash>(
      std::move(call),
      [&random, asksOld, hash = std::move(me.passwordHash), wanted = std::move(*wanted)]() -> Hash {
        if (asksOld && !chat::verifyPassword(wanted.current, hash)) return refuse(wrongPassword());
        auto made = chat::hashPassword(wanted.password, random);
        if (!made) return refuse(made.error());
        return std::move(*made);
      },
      [id = me.id, version = me.tokenVersion](CallPtr done, Hash hash) {
        if (!hash) return done->answer(hash.error());
        keepPassword(std::move(done), id, version, std::move(*hash));
      });
}

Answered<HttpResponse> getPresence(const Asked& asked) {
  constexpr std::size_t kMostUsers = 500;
  std::vector<base::ObjectId> users;
  const std::string list = asked.request.head.parameter("ids").value_or("");
  for (std::string_view rest = list; !rest.empty();) {
    const auto id = base::ObjectId::parse(net::takeUntil(rest, ','));
    if (!id) return notFound("User");
    if (users.size() == kMostUsers) return refuse(validationError({"ids holds at most 500 users"}));
    users.push_back(*id);
  }
  if (users.empty()) return refuse(validationError({"ids is required"}));
  const auto stored = asked.reader.presenceOf(users);
  if (!stored) return refuse(stored.error());
  return envelopeB(200, "Presence fetched", asked.services.chat.presenceJson(users, *stored));
}

}  // namespace rookery::api
