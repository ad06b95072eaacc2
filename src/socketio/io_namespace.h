#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "rookery/base/mutex.h"
#include "rookery/socketio/io_broadcast.h"
#include "rookery/socketio/io_socket.h"
#include "rookery/socketio/namespace.h"

namespace rookery::socketio {

class Io;

/// What is set for a namespace, or for all that a pattern lets clients make.
/// Thread: before Io::run() or start().
class IoHandlers {
 public:
  /// Called with nothing the client goes on to the next one, with a refusal it is not let in.
  /// Called on the loop that the middleware was called on, at once or later.
  using Next = std::function<void(std::optional<Refusal>)>;
  using Middleware = std::function<void(const std::shared_ptr<const Handshake>&, Next)>;
  using ServerSideHandler = std::function<void(IoNamespace&, const IoEvent&)>;

  IoHandlers& use(Middleware middleware);
  IoHandlers& onConnection(std::function<void(IoSocket&)> handler);
  /// What other parts of the server say with IoNamespace::serverSideEmit(): `handler` as
  /// IoSocket::on() takes it, with the namespace for the socket. Runs on the first loop.
  template <typename F>
  IoHandlers& onServerSide(std::string event, F handler) {
    if constexpr (std::is_invocable_v<F&, IoNamespace&, const IoEvent&>) {
      return addServerSide(std::move(event), std::move(handler));
    } else {
      return addServerSide(std::move(event), [handler = std::move(handler)](
                                                 IoNamespace& nsp, const IoEvent& its) mutable {
        const auto wrong = callTyped(handler, nsp, its);
        if (wrong) refuse(its, *wrong);
      });
    }
  }

 protected:
  struct Set {
    std::vector<Middleware> middleware;
    std::function<void(IoSocket&)> onConnection;
    std::vector<std::pair<std::string, ServerSideHandler>> serverSide;
  };
  explicit IoHandlers(std::shared_ptr<Set> handlers) : handlers_(std::move(handlers)) {}
  ~IoHandlers() = default;

  std::shared_ptr<Set> handlers_;  // shared by the namespaces of a pattern

 private:
  IoHandlers& addServerSide(std::string event, ServerSideHandler handler);
  static void refuse(const IoEvent& event, const std::string& why);
};

/// Thread: handlers before the start; emits any.
class IoNamespace final : public IoHandlers {
 public:
  IoNamespace(Io& io, Namespace& raw, std::shared_ptr<Set> handlers = std::make_shared<Set>());

  [[nodiscard]] IoBroadcast to(std::string_view room) { return IoBroadcast(*this).to(room); }
  [[nodiscard]] IoBroadcast except(std::string_view room) {
    return IoBroadcast(*this).except(room);
  }
  [[nodiscard]] IoBroadcast all() { return IoBroadcast(*this); }
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    all().emit(event, values...);
  }
  /// Tells the other parts of the server: see onServerSide(). Clients hear nothing of it.
  template <typename... T>
  void serverSideEmit(std::string_view event, const T&... values) {
    serverSideSend(event, Args::of(values...), nullptr);
  }
  /// With `answer` the handlers' answers are awaited; each that comes is given to it, where
  /// IoBroadcast::fetchSockets() would.
  void serverSideSend(std::string_view event, const Args& args,
                      std::function<void(const Args&)> answer);

  [[nodiscard]] const std::string& name() const { return raw_.name(); }
  [[nodiscard]] Namespace& raw() const { return raw_; }
  [[nodiscard]] Io& io() const { return io_; }

 private:
  friend class IoBroadcast;
  friend class IoDynamic;
  using Decide = std::shared_ptr<base::UniqueFunction<void(Namespace::Admission)>>;
  void admit(const std::shared_ptr<const Handshake>& handshake, std::size_t step,
             const Decide& decide);
  void begin(Socket& socket);

  Io& io_;
  Namespace& raw_;
  const RoomRef everyone_;
};

/// Namespaces that clients make by joining them: all whose name `matches` takes. They stay;
/// beyond Options::maxDynamicNamespaces no more are made.
/// Thread: handlers before the start; emit() any.
class IoDynamic final : public IoHandlers {
 public:
  /// Called on loops, several at once.
  using Matches = std::function<bool(std::string_view name)>;

  IoDynamic(Io& io, Matches matches)
      : IoHandlers(std::make_shared<Set>()), io_(io), matches_(std::move(matches)) {}

  /// To everybody in all of them.
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    for (IoNamespace* const nsp : children()) nsp->emit(event, values...);
  }
  /// Those that there are by now.
  [[nodiscard]] std::vector<IoNamespace*> children() const;

 private:
  friend class Io;
  [[nodiscard]] bool matches(std::string_view name) const { return matches_(name); }
  [[nodiscard]] std::unique_ptr<IoNamespace> make(Namespace& raw);

  Io& io_;
  const Matches matches_;
  mutable base::Mutex mutex_;
  std::vector<IoNamespace*> children_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::socketio
