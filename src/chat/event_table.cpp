#include "rookery/chat/event_table.h"

#include <algorithm>

#include "rookery/base/check.h"
#include "rookery/base/log.h"
#include "rookery/chat/acks.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/chat/stats.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

void tellRateLimited(Context& context, const base::Error& error) {
  context.services.stats.drop(DropReason::kRateLimit);
  if (context.event.ack) {
    answerFailure(context.services.nsp, context.event.ack, error);
    return;
  }
  socketio::EventFrame frame(context.services.nsp.name(), kRateLimited);
  frame.args().beginObject().key("event").string(context.event.name);
  frame.args().key("retryAfterMs").number(error.retryAfterMs).endObject();
  context.socket.send(frame.finish());
}

/// Takes a client off that has gone on far beyond a limit.
void endFlood(Context& context, RateClass rateClass) {
  socketio::Socket& socket = context.socket;
  auto& guard = context.state.flood;
  if (guard == nullptr) guard = std::make_unique<FloodGuard>();
  const base::RateLimit& limit = context.services.sockets.limit(rateClass);
  if (!guard->refused(rateClass, limit, context.event.received)) return;
  context.services.stats.drop(DropReason::kFlood);
  base::log::limited(base::log::Level::kWarn, "a client that floods is disconnected",
                     {{"socket", socket.id()},
                      {"user", context.user().id.hex()},
                      {"peer", socket.peer()},
                      {"event", context.event.name.substr(0, 64)}});
  socket.disconnect(true);
}

}  // namespace

void EventTable::put(std::string_view name, Handle handle) {
  const EventShape* const event = findEventShape(name);
  ROOKERY_CHECK(event != nullptr && event->direction != EventShape::Direction::kToClient);
  entries_.insert_or_assign(
      std::string(name), Entry{event->rules, base::ShapeCheck(event->payload), std::move(handle)});
}

bool EventTable::isComplete() const {
  return std::all_of(eventShapes().begin(), eventShapes().end(), [this](const EventShape& event) {
    return event.direction == EventShape::Direction::kToClient || entries_.contains(event.name);
  });
}

base::Result<Ack> EventTable::run(Context& context, const Entry& entry) const {
  const socketio::Event& event = context.event;
  base::JsonObject object;
  if (event.args.size() != 1 || event.args.front().get(object) != simdjson::SUCCESS) {
    std::string text = "Invalid data format. Expected JSON object";
    if (!entry.rules.expects.empty()) text.append(" with ").append(entry.rules.expects);
    return base::fail(ErrorCode::kInvalidPayload, std::move(text));
  }
  if (!event.attachments.empty()) {
    return base::fail(ErrorCode::kInvalidPayload, "This event takes no binary data");
  }
  if (const auto checked = entry.shape.check(object); !checked) return base::fail(checked.error());
  return entry.handle(context, object);
}

void EventTable::dispatch(Services& services, socketio::Socket& socket,
                          const socketio::Event& event) const {
  Context context{services, socket, socket.state<ChatSocket>(), event};
  services.stats.events.fetch_add(1, std::memory_order_relaxed);
  const auto found = entries_.find(event.name);
  const RateClass rateClass =
      found == entries_.end() ? RateClass::kOther : found->second.rules.rateClass;
  if (const std::int64_t wait = services.sockets.spend(context.user().id, rateClass); wait > 0) {
    tellRateLimited(context, {ErrorCode::kRateLimited, "Too many events, slow down", wait});
    return endFlood(context, rateClass);
  }
  if (found == entries_.end()) {
    answerFailure(services.nsp, event.ack, {ErrorCode::kNotFound, "Unknown event"});
    return;
  }
  const base::Result<Ack> ack = run(context, found->second);
  if (!ack) {
    if (ack.error().code == ErrorCode::kInvalidPayload) {
      services.stats.drop(DropReason::kInvalidPayload);
    }
    base::log::limited(base::log::Level::kDebug, "event refused",
                       {{"socket", socket.id()},
                        {"user", context.user().id.hex()},
                        {"event", event.name.substr(0, 64)},
                        {"code", base::codeName(ack.error().code)},
                        {"error", ack.error().message}});
    answerFailure(services.nsp, event.ack, ack.error());
  } else if (!ack->later) {
    answerSuccess(services.nsp, event.ack, ack->message, ack->dataJson);
  }
}

}  // namespace rookery::chat
