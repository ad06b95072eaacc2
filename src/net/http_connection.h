#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "rookery/net/http_parser.h"
#include "rookery/net/http_service.h"
#include "rookery/net/stream.h"
#include "rookery/net/trusted_proxies.h"

namespace rookery::net {

class EpollLoop;

/// What the connections of a server share. Outlives them.
struct HttpServerContext {
  HttpService& service;
  HttpParser::Limits limits;
  /// For the head of a request to arrive, for each KiB of its body, and of its answer to be taken.
  std::chrono::milliseconds requestTimeout{30'000};
  std::chrono::milliseconds idleTimeout{65'000};  ///< between requests
  /// All loops, by index: where a connection may move to.
  std::vector<EpollLoop*> loops{};
  TlsContext* tls = nullptr;                ///< null: plain HTTP
  const TrustedProxies* proxies = nullptr;  ///< null: none
  /// Every connection begins with a header of the PROXY protocol, and comes from one of `proxies`.
  bool proxyProtocol = false;
};

/// HTTP/1.1 on a stream: one request at a time is handed up, its answer goes out before the next
/// one is looked at (pipelining). Turns into a WebSocketConnection when asked.
/// Thread: its loop. Owner: the stream.
class HttpConnection final : public Stream::Handler {
 public:
  HttpConnection(Stream& stream, HttpServerContext& context);
  ~HttpConnection() override;

  /// Bytes that were read elsewhere, before the connection moved here.
  void takeOver(std::string bytes);

 private:
  friend class BodyFlow;
  friend class HttpResponder;
  friend class WebSocketUpgrade;

  void onData(std::span<std::uint8_t> bytes) override;
  void onClosed() override;
  void onDrained() override;

  /// Uses as much of `bytes` as the state allows, keeps the rest in waiting_.
  void process(std::span<const std::uint8_t> bytes);
  /// False when the connection is no longer this object's to use.
  bool onHead(std::span<const std::uint8_t> fromRequestStart);
  void onComplete();
  /// Hands on what has come of the body.
  void feedSink();
  void moveTo(unsigned loop, std::span<const std::uint8_t> fromRequestStart);
  void answer(const HttpResponse& response);
  void askSource();
  void onPiece(std::optional<std::string> piece);
  /// The answer is on its way as a whole.
  void afterAnswer(bool close);
  void answerUnreadable();
  void dropResponder(bool aborted);
  /// Who sent the request that is answered.
  [[nodiscard]] PeerAddress origin() const;
  [[nodiscard]] WebSocketConnection* becomeWebSocket(const WebSocketOptions& options);
  /// Gives the WebSocket that this turned into what came behind the handshake.
  void handOver();
  [[nodiscard]] const std::shared_ptr<ConnectionWatch>& watch();
  void forgetWatch();
  void onProgress(bool begins, std::size_t bytes);
  void armTimeout(std::chrono::milliseconds delay);
  void onTimeout();

  Stream& stream_;
  HttpServerContext& context_;
  HttpParser parser_;
  HttpHead current_;                      ///< of the request that is being answered
  bool answering_ = false;                ///< an answer is outstanding
  bool gone_ = false;                     ///< the stream has closed, moved or become a WebSocket
  bool processing_ = false;               ///< process() is on the stack
  Stream::Handler* successor_ = nullptr;  ///< the WebSocket that this turned into
  std::string head_;          ///< of the present request, as far as it came in earlier reads
  std::size_t progress_ = 0;  ///< bytes since the time was set
  std::string waiting_;       ///< input behind the request that is being answered
  std::shared_ptr<HttpResponder::Pending> pending_;
  std::shared_ptr<ConnectionWatch> watch_;  ///< once somebody has asked for it
  std::unique_ptr<BodySink> sink_;          ///< takes the body that arrives
  struct Outgoing {
    std::shared_ptr<BodySource> source;
    std::uint64_t left = 0;  ///< bytes
    bool close = false;      ///< after it
    bool isAsked = false;    ///< for the next piece
  };
  std::unique_ptr<Outgoing> outgoing_;  ///< the body that is being sent
  std::unique_ptr<HttpService::Arrival> arrival_;
  Timer timeout_;
};

}  // namespace rookery::net
