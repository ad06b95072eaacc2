#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"
#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/socketio/socket_ref.h"

namespace rookery::chat {

/// Which two users are in a call, so that signals find the other side whatever the client says of
/// rooms (events.md, what deployed web clients rely on). One call a user.
/// Thread: any.
/// At limit: a call without a signal for 10 minutes is forgotten.
class Calls {
 public:
  /// Where a signal goes.
  struct Route {
    base::ObjectId user;           ///< to all sockets of this user …
    socketio::SocketRef socket{};  ///< … or, once answered, to this one alone
    std::string callId{};
    bool drop = false;  ///< acknowledged and sent to nobody
  };

  Calls(const base::Clock& clock, base::ObjectIdGenerator& ids) : clock_(clock), ids_(ids) {}

  /// An offer from one user to another; the same two keep their callId while it is not answered
  /// for longer than 60 s.
  [[nodiscard]] Route offer(const base::ObjectId& from, const socketio::SocketRef& socket,
                            const base::ObjectId& to);
  /// An answer: fixes the two sockets. A second one is dropped.
  [[nodiscard]] base::Result<Route> answer(const base::ObjectId& from,
                                           const socketio::SocketRef& socket,
                                           const std::optional<base::ObjectId>& to);
  /// Anything else of the sender's call. With no call, a signal that names its receiver is
  /// passed on all the same: candidates may come before the offer.
  [[nodiscard]] base::Result<Route> signal(const base::ObjectId& from,
                                           const socketio::SocketRef& socket,
                                           const std::optional<base::ObjectId>& to);

  /// Forgets calls that ended without a word; to be called now and then.
  void sweep();
  [[nodiscard]] base::Held held();

 private:
  struct Call {
    std::string id;
    base::ObjectId offerer;
    base::ObjectId answerer;
    socketio::SocketRef offering;
    socketio::SocketRef answering;  ///< nobody until the first answer
    base::SteadyTime answeredAt{};
    base::SteadyTime lastSignal{};
  };
  using CallRef = std::shared_ptr<Call>;  // shared by the entries of its two users

  [[nodiscard]] CallRef find(const base::ObjectId& user, const std::optional<base::ObjectId>& other)
      ROOKERY_REQUIRES(mutex_);

  const base::Clock& clock_;
  base::ObjectIdGenerator& ids_;
  base::Mutex mutex_;
  std::unordered_map<base::ObjectId, CallRef, base::ObjectIdHash> byUser_
      ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
