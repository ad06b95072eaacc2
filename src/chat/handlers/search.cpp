#include "rookery/chat/search.h"

#include "rookery/chat/acks.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr std::uint64_t kMostMatches = 100;

struct SearchPayload {
  SearchRequest request;

  static base::Result<SearchPayload> parse(const base::JsonObject& object, const Context&) {
    SearchPayload payload;
    payload.request.query = textField(object, "query");
    payload.request.cursor = textField(object, "cursor");
    if (idField(object, "roomId") || idField(object, "channelId")) {
      const auto target = ConversationTarget::parse(object);
      if (!target) return base::fail(target.error());
      payload.request.conversation = target->id;
    }
    if (const auto limit = numberField(object, "limit")) {
      if (*limit == 0) return base::fail(ErrorCode::kInvalidPayload, "limit must be 1 or more");
      payload.request.limit = static_cast<std::uint32_t>(std::min(*limit, kMostMatches));
    }
    return payload;
  }
};

base::Result<Ack> search(Context& context, SearchPayload payload) {
  Services& services = context.services;
  services.readers.query<std::string>(
      context.socket.loop(),
      [request = std::move(payload.request), user = context.user().id,
       url = services.options.publicUrl](store::Reader& reader) {
        return searchMessages(reader, user, request, url);
      },
      [&nsp = services.nsp, ack = context.event.ack](const base::Result<std::string>& data) {
        if (!data) return answerFailure(nsp, ack, data.error());
        answerSuccess(nsp, ack, "Found", *data);
      });
  return Ack::answeredLater();
}

}  // namespace

void addSearchEvents(EventTable& table) { table.add(kSearchMessages, &search); }

}  // namespace rookery::chat
