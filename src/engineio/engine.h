#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rookery/base/held.h"
#include "rookery/engineio/session.h"
#include "rookery/net/http_service.h"

namespace rookery::engineio {

class Server;

/// Makes a session's handler; called on the session's loop.
class Acceptor {
 public:
  virtual ~Acceptor() = default;
  /// The session may not be used before it is open, that is until the handler hears of a message.
  [[nodiscard]] virtual std::unique_ptr<SessionHandler> onSession(Session& session) = 0;
};

/// The sessions of one loop. Thread: that loop.
class Engine {
 public:
  Engine(Server& server, net::Loop& loop, unsigned loops);
  ~Engine();

  void onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                 net::HttpResponder responder);
  void onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade);
  [[nodiscard]] std::unique_ptr<net::HttpService::Arrival> onArrival(const net::HttpHead& head);
  /// Closes all sessions.
  void closeAll(CloseReason reason);

  [[nodiscard]] net::Loop& loop() { return loop_; }
  [[nodiscard]] const Options& options() const;
  [[nodiscard]] const net::WebSocketOptions& webSocketOptions() const;
  [[nodiscard]] std::size_t pollingSessions() const;

 private:
  friend class Session;
  class PostArrival;
  struct Verdict;  // what the checks of protocol.md 2.1 came to

  [[nodiscard]] Verdict verify(const net::HttpHead& head, bool upgrade);
  /// The rest of the checks of a handshake, once it is allowed.
  [[nodiscard]] Verdict verifyHandshake(const net::HttpHead& head) const;
  [[nodiscard]] Verdict decided(const net::HttpHead& head,
                                std::optional<std::string> refusal) const;
  void serve(net::HttpRequest request, const net::PeerAddress& peer, net::HttpResponder responder,
             const Verdict& verdict);
  void serve(net::HttpHead head, net::WebSocketUpgrade upgrade, const Verdict& verdict);
  [[nodiscard]] Session* find(std::string_view sid) const;
  [[nodiscard]] Session& open(net::HttpHead head, const net::PeerAddress& peer, Revision revision);
  [[nodiscard]] std::string newSid();
  [[nodiscard]] net::HttpResponse answer(const net::HttpHead& head, unsigned status,
                                         std::string_view contentType, std::string body) const;
  void remove(Session& session);

  Server& server_;
  net::Loop& loop_;
  const unsigned loops_;
  std::uint32_t counter_ = 0;
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string_view, std::unique_ptr<Session>, TextHash> sessions_;
};

/// Engine.IO v4 over all loops (protocol.md 2).
/// Thread: construction and engine() as the loops start; ownerOf() any; the rest on the loop that
/// holds the connection.
class Server {
 public:
  /// `acceptor` and `loops` outlive the server.
  Server(Options options, Acceptor& acceptor, const std::vector<net::Loop*>& loops);
  ~Server();

  /// Whether a request of this path is Engine.IO's.
  [[nodiscard]] bool handles(std::string_view path) const;
  [[nodiscard]] std::optional<unsigned> ownerOf(const net::HttpHead& head) const;
  void onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                 net::HttpResponder responder);
  void onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade);
  /// Counts the POSTs of a session that arrive at the same time (protocol.md 2.4).
  [[nodiscard]] std::unique_ptr<net::HttpService::Arrival> onArrival(const net::HttpHead& head,
                                                                     net::Loop& loop);

  /// From now on new handshakes are answered 503. Thread: any.
  void refuseHandshakes() { refusing_ = true; }
  [[nodiscard]] Engine& engine(unsigned loop) { return *engines_[loop]; }
  [[nodiscard]] const Options& options() const { return options_; }
  /// Of all loops. Thread: any.
  [[nodiscard]] std::size_t sessions() const { return sessions_.load(); }
  [[nodiscard]] base::Held held() const;

 private:
  friend class Engine;
  const Options options_;
  const net::WebSocketOptions webSocketOptions_;
  Acceptor& acceptor_;
  std::atomic<bool> refusing_{false};
  std::atomic<std::size_t> sessions_{0};
  std::vector<std::unique_ptr<Engine>> engines_;
};

}  // namespace rookery::engineio
