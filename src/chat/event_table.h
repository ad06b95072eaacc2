#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rookery/base/error.h"
#include "rookery/base/json.h"
#include "rookery/base/shape_check.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/event_shapes.h"
#include "rookery/chat/options.h"
#include "rookery/socketio/namespace.h"
#include "rookery/store/store_readers.h"

namespace rookery::chat {

class CallPermissions;
class Calls;
class Delivery;
class Memberships;
class MessageChanges;
class Conversations;
class Presence;
class Receipts;
class Tokens;
class TokenWatch;
class Typing;
struct Stats;
class SocketManager;

/// What handlers work with.
struct Services {
  const Options& options;
  const base::Clock& clock;
  socketio::Server& server;
  socketio::Namespace& nsp;
  store::StoreReaders& readers;
  Conversations& conversations;
  SocketManager& sockets;
  Delivery& delivery;
  Memberships& memberships;
  Calls& calls;
  CallPermissions& callPermissions;
  Presence& presence;
  Typing& typing;
  Receipts& receipts;
  MessageChanges& changes;
  const Tokens& tokens;
  TokenWatch& tokenWatch;
  Stats& stats;
};

/// All that a handler may touch. Good until it returns.
struct Context {
  Services& services;
  socketio::Socket& socket;
  ChatSocket& state;
  const socketio::Event& event;

  [[nodiscard]] const User& user() const { return *state.user; }
};

/// What a handler answers with. Later: whoever took the event over answers it.
struct Ack {
  std::string message;
  std::string dataJson = "{}";
  bool later = false;

  [[nodiscard]] static Ack answeredLater() { return {{}, {}, true}; }
};

/// The handlers of the events that clients may send. The dispatcher does what is the same for all:
/// counting, limits and the shape of the payload, as event_shapes.h has them, and the answer.
/// Thread: add() before the loops run; dispatch() on the socket's loop.
class EventTable {
 public:
  /// `Payload` has `static base::Result<Payload> parse(const base::JsonObject&, const Context&)`,
  /// which is given what has the event's shape. The event must be one of event_shapes.h.
  template <typename Payload>
  void add(std::string_view name, base::Result<Ack> (*handler)(Context&, Payload)) {
    put(name, [handler](Context& context, const base::JsonObject& object) -> base::Result<Ack> {
      base::Result<Payload> payload = Payload::parse(object, context);
      if (!payload) return base::fail(payload.error());
      return handler(context, std::move(*payload));
    });
  }
  /// Whether every event to the server has a handler.
  [[nodiscard]] bool isComplete() const;

  void dispatch(Services& services, socketio::Socket& socket, const socketio::Event& event) const;

 private:
  using Handle = std::function<base::Result<Ack>(Context&, const base::JsonObject&)>;
  struct Entry {
    EventRules rules;
    base::ShapeCheck shape;
    Handle handle;
  };
  void put(std::string_view name, Handle handle);
  [[nodiscard]] base::Result<Ack> run(Context& context, const Entry& entry) const;

  struct NameHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Entry, NameHash, std::equal_to<>> entries_;
};

/// Adds every event of the contract (handlers/all.cpp).
void addAllEvents(EventTable& table);

}  // namespace rookery::chat
