#pragma once

#include <absl/functional/function_ref.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rookery/base/held.h"
#include "rookery/base/json.h"
#include "rookery/base/mutex.h"
#include "rookery/engineio/engine.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/options.h"

namespace rookery::socketio {

/// Counted by a loop, read by /metrics. Relaxed atomics.
struct LoopCounters {
  std::atomic<std::uint64_t> deliveries{0};  ///< frames queued to sockets by broadcasts
  std::atomic<std::uint64_t> sockets{0};
  std::atomic<std::uint64_t> slowConsumers{0};
};

/// Socket.IO v5 over an Engine.IO server (protocol.md 3).
/// Thread: as said.
class Server final : public engineio::Acceptor {
 public:
  /// `loops` outlive the server, and the server the sessions.
  Server(Options options, std::vector<net::Loop*> loops);
  ~Server() override;

  /// The namespace of that name, made when there is none; `setUp` sets the handlers of one that is
  /// made, before clients find it. Clients may join only what was made. Thread: any.
  Namespace& of(std::string_view name, absl::FunctionRef<void(Namespace&)> setUp);
  [[nodiscard]] Namespace& of(std::string_view name);
  /// Asked on the client's loop about a name that is not there: what of() makes of it, or null.
  /// Thread: before the loops run.
  void onUnknownNamespace(std::function<Namespace*(std::string_view name)> make) {
    makeUnknown_ = std::move(make);
  }

  /// The socket, on its own loop; null when it is gone.
  [[nodiscard]] Socket* find(const SocketRef& ref);
  [[nodiscard]] net::Loop& loop(std::size_t index) const { return *loops_[index]; }
  /// The loop that this is called on, or the first when it is called on none.
  [[nodiscard]] net::Loop& home() const;
  [[nodiscard]] std::size_t loopCount() const { return loops_.size(); }
  /// Calls `visit` with each socket of the loop that this is called on.
  void eachSocket(net::Loop& loop, const std::function<void(Socket&)>& visit);

  /// Up to which commit the loop's sockets have been sent what they are due. On that loop.
  [[nodiscard]] std::uint64_t sentCommitNo(const net::Loop& loop) const;
  /// What the steps of all commits up to this one tell lies in the inboxes, or was told before the
  /// start. Thread: whoever posts steps with a commitNo, or before the loops run.
  void notePosted(std::uint64_t commitNo);
  /// The last of these: what is posted from now on stands behind all that they tell. Thread: any.
  [[nodiscard]] std::uint64_t postedCommitNo() const {
    return postedCommitNo_.load(std::memory_order_acquire);
  }
  /// Before the end: hands the loop's sockets that may come back, cut or not, to the
  /// RecoverySource of their namespace. On that loop.
  void keepSockets(net::Loop& loop);

  [[nodiscard]] const LoopCounters& counters(std::size_t loop) const;
  /// Its sockets, what recovery keeps, and sockets that may come back. Thread: any.
  [[nodiscard]] std::array<base::Held, 3> held();
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] bool recovers() const { return options_.recovery.window.count() > 0; }
  /// For a frame that a client may name when it comes back. Thread: any.
  [[nodiscard]] std::uint64_t nextFrameNumber() {
    return frameNumber_.fetch_add(1, std::memory_order_relaxed) + 1;
  }

 private:
  friend class Client;
  friend class Namespace;
  friend class Socket;
  struct PerLoop;

  std::unique_ptr<engineio::SessionHandler> onSession(engineio::Session& session) override;
  [[nodiscard]] Namespace* find(std::string_view nsp);
  /// The same; one that is not there may be made.
  [[nodiscard]] Namespace* findOrMake(std::string_view nsp);
  /// Held while a step is put into the inboxes; see settlePosting().
  [[nodiscard]] std::shared_lock<std::shared_mutex> posting() {
    return recovers() && loops_.size() > 1 ? std::shared_lock(posting_)
                                           : std::shared_lock<std::shared_mutex>();
  }
  /// Returns when every step that some inbox has got is in all the inboxes that it is meant for.
  void settlePosting() { const std::unique_lock settled(posting_); }
  /// What was taken of a socket that was cut is not given back. Thread: any.
  void giveUp(const CutSocket& cut) {
    CutSockets::letGo(cut.rooms, cut.ref.loop);
    cutDirectory_.remove(cut.pid);
  }
  /// Takes the socket into the table of its loop and gives it its ref.
  Socket& add(std::unique_ptr<Socket> socket);
  void remove(Socket& socket);
  [[nodiscard]] PerLoop& at(const net::Loop& loop) { return *perLoop_[loop.index()]; }

  const Options options_;
  const std::vector<net::Loop*> loops_;
  std::atomic<std::uint64_t> frameNumber_{0};
  std::atomic<std::uint64_t> postedCommitNo_{0};
  std::shared_mutex posting_;
  CutDirectory cutDirectory_;
  std::function<Namespace*(std::string_view)> makeUnknown_;
  base::Mutex namespacesMutex_;
  std::vector<std::unique_ptr<Namespace>> namespaces_ ROOKERY_GUARDED_BY(namespacesMutex_);
  /// Ends first: its sockets leave their namespaces' rooms.
  std::vector<std::unique_ptr<PerLoop>> perLoop_;
};

}  // namespace rookery::socketio
