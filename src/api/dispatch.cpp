#include "rookery/api/dispatch.h"

#include "rookery/api/asset_files.h"
#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

constexpr const char* kTokenRequired = "Token is required";
constexpr const char* kTokenInvalid = "Invalid auth token provided";

/// The header access-token, else Authorization: Bearer (RFC 6750 §2.1).
std::string_view tokenOf(const net::HttpHead& head) {
  const std::string_view own = net::trim(head.header("access-token"));
  if (!own.empty()) return own;
  std::string_view rest = net::trim(head.header("authorization"));
  if (!net::equalsIgnoringCase(net::takeUntil(rest, ' '), "Bearer")) return {};
  return net::trim(rest);
}

/// Who signed in, as the token says.
Answered<chat::TokenClaims> signedIn(const Call& call, const net::HttpHead& head, Access access) {
  const std::string_view token = tokenOf(head);
  if (token.empty()) return refuse(403, kTokenRequired);
  const Services& services = call.services();
  const base::WallMs now = services.clock.wall();
  auto claims = access == Access::kOneTime ? services.tokens.verifyAnyUse(token, now)
                                           : services.tokens.verify(token, now);
  if (!claims) return refuse(403, kTokenInvalid);
  return std::move(*claims);
}

std::optional<Failure> limited(Call& call, RateClass rate, const base::ObjectId& user) {
  KeyedLimiter* limiter = nullptr;
  switch (rate) {
    case RateClass::kNone:
      return std::nullopt;
    case RateClass::kHistory:
      limiter = &call.shared().history;
      break;
    case RateClass::kJoins:
      limiter = &call.shared().joins;
      break;
  }
  return overLimit(call, *limiter, KeyedLimiter::keyOf(user));
}

/// The user behind a token: one who is gone or disabled has none that is good.
Answered<store::UserRecord> userOf(store::Reader& reader, const chat::TokenClaims& claims,
                                   Access access) {
  auto user = reader.user(claims.userId);
  if (!user) return refuse(user.error());
  if (!*user || (*user)->disabled || !claims.fits((*user)->tokenVersion)) {
    return refuse(403, kTokenInvalid);
  }
  if (access == Access::kServerAdmin && !(*user)->admin) {
    return refuse(403, "Only administrators of this server may do this");
  }
  return std::move(**user);
}

/// Runs a handler that reads, with the user, on a reader of the store. The request stays where it
/// is meanwhile: the call, which owns it, waits in `then`.
template <typename Answer>
void ask(CallPtr call, const chat::TokenClaims& claims, Access access,
         Answered<Answer> (*handler)(const Asked&),
         base::UniqueFunction<void(CallPtr, Answer)> then) {
  const Request& request = call->request();
  const Services& services = call->services();
  askStore<Answer>(
      std::move(call),
      [&request, &services, claims, access, handler](store::Reader& reader) -> Answered<Answer> {
        const Answered<store::UserRecord> me = userOf(reader, claims, access);
        if (!me) return tl::unexpected(me.error());
        return handler({reader, request, *me, services});
      },
      std::move(then));
}

void run(const Route& route, CallPtr call) {
  if (const auto* const open = std::get_if<OpenHandler>(&route.handler)) {
    return (*open)(std::move(call));
  }
  const Answered<chat::TokenClaims> claims = signedIn(*call, call->request().head, route.access);
  if (!claims) return call->answer(claims.error());
  call->request().claims = *claims;
  if (const auto refused = limited(*call, route.rate, claims->userId)) {
    return call->answer(*refused);
  }
  if (const auto* const own = std::get_if<SignedHandler>(&route.handler)) {
    return askStore<store::UserRecord>(
        std::move(call),
        [claims = *claims, access = route.access](store::Reader& reader) {
          return userOf(reader, claims, access);
        },
        [own](CallPtr done, store::UserRecord user) { (*own)(std::move(done), std::move(user)); });
  }
  if (const auto* const read = std::get_if<ReadHandler>(&route.handler)) {
    return ask<net::HttpResponse>(
        std::move(call), *claims, route.access, *read,
        [](CallPtr done, net::HttpResponse response) { done->answer(std::move(response)); });
  }
  ask<Decision>(std::move(call), *claims, route.access, std::get<ChangeHandler>(route.handler),
                [](CallPtr done, Decision decision) {
                  if (auto* const ready = std::get_if<net::HttpResponse>(&decision)) {
                    return done->answer(std::move(*ready));
                  }
                  carryOut(std::move(done), std::move(std::get<Change>(decision)));
                });
}

void answerAllowed(Call& call, const std::string& allow) {
  if (call.request().head.method == "OPTIONS") {
    net::HttpResponse response;
    response.status = 204;
    return call.answer(std::move(response.with("Allow", allow)));
  }
  net::HttpResponse response =
      envelopeOf({.status = 405, .message = "This method is not known here"});
  call.answer(std::move(response.with("Allow", allow)));
}

}  // namespace

Failure tooMany(std::int64_t retryAfterMs) {
  return {.status = 429,
          .message = "Too many requests, try again later",
          .explanations = {},
          .retryAfterMs = retryAfterMs};
}

bool mayCall(const Services& services, const net::HttpHead& head) {
  return services.tokens.verify(tokenOf(head), services.clock.wall()).has_value();
}

std::optional<Failure> overLimit(const Call& call, KeyedLimiter& limiter,
                                 const KeyedLimiter::Key& key) {
  const std::int64_t wait = limiter.take(key, call.services().clock.steady());
  return wait == 0 ? std::nullopt : std::optional(tooMany(wait));
}

std::optional<Failure> tooManyLogins(Call& call) {
  return overLimit(call, call.shared().logins, KeyedLimiter::keyOf(call.request().peer));
}

std::optional<Failure> tooManyAttempts(Call& call, std::string_view account) {
  return overLimit(call, call.shared().attempts, KeyedLimiter::keyOf(account));
}

void dispatch(const Router& router, CallPtr call) {
  const net::HttpHead& head = call->request().head;
  const net::Cors& cors = call->services().options.cors;
  if (cors.isPreflight(head)) return call->answerBare(cors.preflight(head));
  Router::Match match = router.find(head.method, head.path());
  if (match.route != nullptr) {
    call->request().params = std::move(match.params);
    return run(*match.route, std::move(call));
  }
  if (!match.allow.empty()) return answerAllowed(*call, match.allow);
  const WebAsset* const asset = findAsset(head.path());
  if (asset == nullptr) return call->answer(Failure{.status = 404, .message = "Not found"});
  if (head.method == "GET" || head.method == "HEAD") return call->answer(serveAsset(*asset, head));
  answerAllowed(*call, "GET, HEAD, OPTIONS");
}

}  // namespace rookery::api
