#include "rookery/chat/calls.h"

#include <memory>
#include <utility>

#include "rookery/chat/acks.h"
#include "rookery/chat/call_permissions.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

/// What all four signals have: who sends it and to whom. People are forwarded untouched, hence as
/// JSON text, written anew from what was parsed.
struct Signal {
  std::string from;
  std::string to;
  base::ObjectId fromId;
  std::optional<base::ObjectId> toId;  ///< `to.user.id`
};

base::Result<std::string> jsonText(const base::JsonObject& object, std::string_view field,
                                   const Context& context) {
  std::string text = simdjson::minify(*objectField(object, field));
  if (text.size() > context.services.options.bodyBytes) {
    return base::fail(ErrorCode::kTooLarge, std::string(field) + " is too large");
  }
  return text;
}

base::Result<Signal> readSignal(const base::JsonObject& object, const Context& context) {
  Signal signal;
  signal.fromId = requiredId(*objectField(object, "from"), "id");
  const auto callee = objectField(*objectField(object, "to"), "user");
  if (callee) signal.toId = requiredId(*callee, "id");
  auto fromText = jsonText(object, "from", context);
  if (!fromText) return base::fail(fromText.error());
  auto toText = jsonText(object, "to", context);
  if (!toText) return base::fail(toText.error());
  signal.from = std::move(*fromText);
  signal.to = std::move(*toText);
  return signal;
}

base::Result<void> checkFrom(const Signal& signal, const Context& context) {
  if (signal.fromId == context.user().id) return {};
  return base::fail(ErrorCode::kForbidden, "from is not the connected user");
}

/// Sends `event` with `json` to where the call leads.
void forward(Services& services, const Calls::Route& route, std::string_view event,
             std::string_view json) {
  if (route.drop) return;
  socketio::EventFrame frame(services.nsp, event, json.size() + 64);
  frame.args().raw(json);
  auto step = std::make_shared<socketio::Broadcast>();
  if (route.socket) {
    step->privately.emplace_back(route.socket, frame.finish());
  } else {
    step->frame = frame.finish();
    step->rooms.push_back(services.nsp.room(userRoomKey(route.user)));
  }
  services.nsp.post(std::move(step));
}

struct Offer {
  Signal signal;
  std::string offer;

  static base::Result<Offer> parse(const base::JsonObject& object, const Context& context) {
    auto signal = readSignal(object, context);
    if (!signal) return base::fail(signal.error());
    if (const auto checked = checkFrom(*signal, context); !checked) {
      return base::fail(checked.error());
    }
    if (*signal->toId == context.user().id) {
      return base::fail(ErrorCode::kForbidden, "Nobody can call himself");
    }
    auto offer = jsonText(object, "offer", context);
    if (!offer) return base::fail(offer.error());
    return Offer{std::move(*signal), std::move(*offer)};
  }
};

base::Result<Ack> offer(Context& context, Offer payload) {
  const base::ObjectId callee = *payload.signal.toId;
  context.services.callPermissions.askAnew(
      context.socket, callee,
      [&services = context.services, ack = context.event.ack, payload = std::move(payload)](
          socketio::Socket& socket, bool allowed) {
        if (!allowed) {
          answerFailure(services.nsp, ack,
                        {ErrorCode::kForbidden, "You share no conversation with this user"});
          return;
        }
        const Calls::Route route =
            services.calls.offer(payload.signal.fromId, socket.ref(), *payload.signal.toId);
        std::string data;
        base::JsonWriter json(data);
        json.beginObject().key("offer").raw(payload.offer);
        json.key("from").raw(payload.signal.from).key("to").raw(payload.signal.to);
        json.key("callId").string(route.callId).endObject();
        forward(services, route, kIncomingCallNotification, data);
        answerSuccess(services.nsp, ack, "Offer sent", data);
      });
  return Ack::answeredLater();
}

struct Answer {
  Signal signal;
  std::string answer;

  static base::Result<Answer> parse(const base::JsonObject& object, const Context& context) {
    auto signal = readSignal(object, context);
    if (!signal) return base::fail(signal.error());
    auto answer = jsonText(object, "answer", context);
    if (!answer) return base::fail(answer.error());
    return Answer{std::move(*signal), std::move(*answer)};
  }
};

base::Result<Ack> answer(Context& context, Answer payload) {
  const Signal& signal = payload.signal;
  // The deployed client sends the offer's `from` and `to` back: either side of the call will do.
  const bool isOwn = signal.fromId == context.user().id;
  const auto route = context.services.calls.answer(
      context.user().id, context.socket.ref(),
      isOwn ? signal.toId : std::optional<base::ObjectId>(signal.fromId));
  if (!route) {
    return isOwn ? base::fail(route.error())
                 : base::fail(ErrorCode::kForbidden, "from takes no part in this call");
  }
  Ack ack{"Answer sent", {}};
  base::JsonWriter json(ack.dataJson);
  json.beginObject().key("answer").raw(payload.answer);
  json.key("from").raw(signal.from).endObject();
  forward(context.services, *route, kNewAnswer, ack.dataJson);
  return ack;
}

/// Sends a signal along the sender's call, or, where there is none yet, to whom it names, if the
/// two may call each other.
base::Result<Ack> pass(Context& context, Signal signal, std::string data,
                       std::vector<std::string_view> events, std::string_view message) {
  const auto route =
      context.services.calls.signal(context.user().id, context.socket.ref(), signal.toId);
  if (!route) return base::fail(route.error());
  const auto send = [events = std::move(events), message, data = std::move(data), route = *route,
                     ack = context.event.ack](Services& services) {
    for (const std::string_view event : events) forward(services, route, event, data);
    answerSuccess(services.nsp, ack, message, data);
  };
  if (!route->callId.empty()) {
    send(context.services);
    return Ack::answeredLater();
  }
  context.services.callPermissions.ask(
      context.socket, route->user,
      [&services = context.services, send, ack = context.event.ack](socketio::Socket&,
                                                                    bool allowed) {
        if (allowed) {
          send(services);
        } else {
          answerFailure(services.nsp, ack,
                        {ErrorCode::kForbidden, "You share no conversation with this user"});
        }
      });
  return Ack::answeredLater();
}

struct IceCandidate {
  Signal signal;
  std::string candidate;

  static base::Result<IceCandidate> parse(const base::JsonObject& object, const Context& context) {
    auto signal = readSignal(object, context);
    if (!signal) return base::fail(signal.error());
    if (const auto checked = checkFrom(*signal, context); !checked) {
      return base::fail(checked.error());
    }
    auto candidate = jsonText(object, "candidate", context);
    if (!candidate) return base::fail(candidate.error());
    return IceCandidate{std::move(*signal), std::move(*candidate)};
  }
};

base::Result<Ack> iceCandidate(Context& context, IceCandidate payload) {
  std::string data;
  base::JsonWriter json(data);
  json.beginObject().key("candidate").raw(payload.candidate);
  json.key("from").raw(payload.signal.from);
  json.key("to").raw(payload.signal.to).endObject();
  return pass(context, std::move(payload.signal), std::move(data),
              {kIceCandidate, kNewIceCandidate}, "Candidate sent");
}

struct Renegotiation {
  Signal signal;

  static base::Result<Renegotiation> parse(const base::JsonObject& object, const Context& context) {
    auto signal = readSignal(object, context);
    if (!signal) return base::fail(signal.error());
    if (const auto checked = checkFrom(*signal, context); !checked) {
      return base::fail(checked.error());
    }
    return Renegotiation{std::move(*signal)};
  }
};

base::Result<Ack> renegotiation(Context& context, Renegotiation payload) {
  std::string data;
  base::JsonWriter json(data);
  json.beginObject().key("from").raw(payload.signal.from);
  json.key("to").raw(payload.signal.to).endObject();
  return pass(context, std::move(payload.signal), std::move(data), {kRenegotiationRequest},
              "Renegotiation sent");
}

}  // namespace

void addCallEvents(EventTable& table) {
  table.add(kOffer, &offer);
  table.add(kAnswer, &answer);
  table.add(kIceCandidate, &iceCandidate);
  table.add(kRenegotiationNeeded, &renegotiation);
}

}  // namespace rookery::chat
