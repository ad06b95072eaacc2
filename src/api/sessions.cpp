#include "rookery/api/sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "rookery/api/dispatch.h"
#include "rookery/api/fields.h"
#include "rookery/api/tokens.h"
#include "rookery/api/views.h"
#include "rookery/api/workers.h"
#include "rookery/base/log.h"
#include "rookery/chat/account_rules.h"
#include "rookery/chat/avatars.h"
#include "rookery/chat/one_time_code.h"
#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using net::HttpResponse;
using store::UserRecord;

constexpr std::size_t kCodeBytes = 256;
constexpr std::size_t kMailsQueued = 100;  // each may take the mail server's whole patience

struct Claimant {
  std::string email;
  std::string username;
  std::string code;
};

Answered<Claimant> readClaimant(const Request& request, bool hasCode) {
  const Answered<base::JsonObject> body = jsonBody(request.head, request.body);
  if (!body) return tl::unexpected(body.error());
  Fields fields(*body);
  Claimant claimant;
  claimant.email = fields.trimmed("email", {.max = chat::kMaxEmail});
  if (hasCode) {
    claimant.code = fields.trimmed("otp", {.max = 16});
  } else {
    claimant.username = fields.trimmed("username", {.max = chat::kMaxUsername});
  }
  if (auto failure = fields.failure()) return refuse(std::move(*failure));
  return claimant;
}

/// Reads who it is about; 429 when too often, 404 when nobody.
void findClaimant(CallPtr call, bool hasCode,
                  base::UniqueFunction<void(CallPtr, UserRecord, std::string)> then) {
  if (const auto refused = tooManyLogins(*call)) return call->answer(*refused);
  Answered<Claimant> claimant = readClaimant(call->request(), hasCode);
  if (!claimant) return call->answer(claimant.error());
  if (const auto refused = tooManyAttempts(*call, claimant->email)) return call->answer(*refused);
  askStore<UserRecord>(
      std::move(call),
      [email = std::move(claimant->email), username = std::move(claimant->username),
       hasCode](store::Reader& reader) -> Answered<UserRecord> {
        auto user = reader.userByEmail(email);
        if (!user) return refuse(user.error());
        if (!*user || !(hasCode || net::equalsIgnoringCase((*user)->username, username))) {
          return notFound("User");
        }
        if ((*user)->disabled) return refuse(403, "This account is disabled");
        return std::move(**user);
      },
      [code = std::move(claimant->code), then = std::move(then)](CallPtr found,
                                                                 UserRecord user) mutable {
        then(std::move(found), std::move(user), std::move(code));
      });
}

void answerValid(CallPtr call, const UserRecord& user) {
  const std::string& url = call->services().options.publicUrl;
  call->answer(envelopeB(202, "A one-time code was sent to your e-mail address",
                         jsonOf([&](JsonWriter& json) {
                           json.beginObject().key("email").string(user.email);
                           json.key("username").string(user.username);
                           json.key("avatar").string(chat::avatarUrl(user.avatar, url));
                           json.key("createdAt").time(user.createdAt);
                           json.key("updatedAt").time(user.updatedAt).endObject();
                         })));
}

mail::Mail codeMail(const UserRecord& user, const std::string& code) {
  return {.to = user.email,
          .subject = "Your one-time code",
          .text = fmt::format("Hello {},\n\nyour one-time code is {}. It is valid for {} minutes.\n"
                              "If you did not ask for it, there is nothing you need to do.\n",
                              user.username, code, chat::kCodeLifeMs / 60'000)};
}

void mailCode(CallPtr call, const UserRecord& user, const std::string& code) {
  const Services& services = call->services();
  if (services.mailer == nullptr) {
    base::log::info(
        "a one-time code was asked for, but no mail can be sent: give one out with "
        "`rookery user code`",
        {{"user", user.id.hex()}});
    return answerValid(std::move(call), user);
  }
  using Sent = base::Result<void>;
  onPool<Sent>(
      std::move(call), services.mailThread, kMailsQueued,
      [mailer = services.mailer, mail = codeMail(user, code)] { return mailer->send(mail); },
      [user](CallPtr done, Sent sent) {
        if (sent) return answerValid(std::move(done), user);
        done->answer(Failure{.status = 503,
                             .message = "The mail could not be sent, try again",
                             .explanations = {},
                             .retryAfterMs = 10'000});
      });
}

void answerVerified(CallPtr call, const UserRecord& user) {
  const Services& services = call->services();
  const auto token = services.tokens.issue({.userId = user.id,
                                            .email = user.email,
                                            .username = user.username,
                                            .expiresAt = services.clock.wall() + chat::kCodeLifeMs,
                                            .version = user.tokenVersion,
                                            .session = services.ids.next(),
                                            .use = chat::TokenClaims::Use::kNewPassword});
  if (!token) return call->answer(failureOf(token.error()));
  constexpr std::string_view kMessage = "The one-time code is right";
  call->answer(envelopeB(202, kMessage, jsonOf([&](JsonWriter& json) {
                           json.beginObject().key("verified").string("ok");
                           json.key("email").string(user.email).key("message").string(kMessage);
                           json.key("token").string(*token).endObject();
                         })));
}

}  // namespace

void validateUser(CallPtr call) {
  findClaimant(std::move(call), false, [](CallPtr found, UserRecord user, const std::string&) {
    const Services& services = found->services();
    // Each code may be guessed at five times: whoever wants many of them wants to guess.
    if (const auto refused =
            overLimit(*found, found->shared().codes, KeyedLimiter::keyOf(user.id))) {
      return found->answer(*refused);
    }
    std::string code = chat::newCode(services.random);
    std::string hash = chat::codeHash(services.tokens.keyFor(chat::kCodePurpose), user.id, code);
    const base::ObjectId id = user.id;
    write(
        std::move(found), kCodeBytes,
        [id, hash = std::move(hash), until = services.clock.wall() + chat::kCodeLifeMs](
            store::Database& database) { return database.putCode(id, hash, until); },
        [user = std::move(user), code = std::move(code)](CallPtr done,
                                                         const store::WriteResult& result) {
          if (!result.ok()) return done->answer(failureOf(result.error));
          mailCode(std::move(done), user, code);
        });
  });
}

void verifyCode(CallPtr call) {
  findClaimant(std::move(call), true, [](CallPtr found, UserRecord user, const std::string& code) {
    const Services& services = found->services();
    std::string hash = chat::codeHash(services.tokens.keyFor(chat::kCodePurpose), user.id, code);
    const base::ObjectId id = user.id;
    auto fits = std::make_shared<bool>(false);  // shared by the two steps of the write
    write(
        std::move(found), kCodeBytes,
        [id, fits, hash = std::move(hash), now = services.clock.wall()](store::Database& database) {
          return database.useCode(id, hash, now, *fits);
        },
        [fits, user = std::move(user)](CallPtr done, const store::WriteResult& result) {
          if (!result.ok()) return done->answer(failureOf(result.error));
          if (*fits) return answerVerified(std::move(done), user);
          done->answer(Failure{.status = 400, .message = "Invalid one-time code"});
        });
  });
}

Answered<HttpResponse> refreshToken(const Asked& asked) {
  const auto token = issueToken(asked.services, asked.me, asked.request.claims.session);
  if (!token) return refuse(token.error());
  HttpResponse response = envelopeB(200, "Token refreshed", jsonOf([&](JsonWriter& json) {
                                      json.beginObject().key("token").string(*token).endObject();
                                    }));
  return std::move(response.with("access-token", *token));
}

Answered<Decision> signOut(const Asked& asked) {
  const chat::TokenClaims& claims = asked.request.claims;
  // The last token of the session may be as young as this moment.
  const base::WallMs lastExpiry =
      asked.services.clock.wall() +
      std::chrono::milliseconds(asked.services.options.tokenTtl).count();
  const store::EndedSession session{claims.session, std::max(claims.expiresAt, lastExpiry)};
  return Change{
      .bytes = kCodeBytes,
      .job = [session](store::Database& database) { return database.endSession(session); },
      .onConflict = {},
      .committed = [session, user = asked.me.id](
                       chat::ChatAdmin& chat) { chat.sessionEnded(user, session); },
      .answer = [](store::Reader&) -> Answered<HttpResponse> {
        return envelopeB(200, "Signed out", "{}");
      }};
}

}  // namespace rookery::api
