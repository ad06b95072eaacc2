#include "rookery/chat/token_watch.h"

#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

struct TokenPayload {
  std::string_view token;

  static base::Result<TokenPayload> parse(const base::JsonObject& object, const Context&) {
    return TokenPayload{textField(object, "token")};
  }
};

base::Result<Ack> renewToken(Context& context, TokenPayload payload) {
  Services& services = context.services;
  const auto claims = services.tokens.verify(payload.token, services.clock.wall());
  if (!claims) return base::fail(claims.error());
  if (claims->userId != context.user().id) {
    return base::fail(ErrorCode::kForbidden, "The token is of another user");
  }
  if (!claims->fits(context.user().tokenVersion)) {
    return base::fail(ErrorCode::kUnauthenticated, "Invalid token");
  }
  ChatSocket::Token& token = context.state.token;
  token.expiresAt = claims->expiresAt;
  token.version = context.user().tokenVersion;
  token.session = claims->session;
  token.isWarned = false;
  services.tokenWatch.watch(context.socket);
  Ack ack{"Token renewed", {}};
  base::JsonWriter(ack.dataJson).beginObject().key("expiresAt").time(claims->expiresAt).endObject();
  return ack;
}

}  // namespace

void addTokenEvents(EventTable& table) { table.add(kRenewToken, &renewToken); }

}  // namespace rookery::chat
