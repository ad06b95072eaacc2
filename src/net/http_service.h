#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "rookery/base/function.h"
#include "rookery/net/http_message.h"
#include "rookery/net/stream.h"
#include "rookery/net/websocket_connection.h"

namespace rookery::net {

class HttpConnection;

/// The promise of one answer. May travel to other threads inside a closure; answer() and the
/// rest are called on the loop. Dropped without an answer it answers 500, so that no client waits.
/// Thread: moved anywhere, used on its loop.
class HttpResponder {
 public:
  HttpResponder(HttpConnection& connection, Loop& loop);
  HttpResponder(HttpResponder&&) noexcept = default;
  HttpResponder& operator=(HttpResponder&&) noexcept = default;
  ~HttpResponder();

  /// Once. Does nothing when the client is gone.
  void answer(HttpResponse response);
  /// Called when the client goes before the answer; never after answer().
  void onAbort(base::UniqueFunction<void()> callback);
  [[nodiscard]] bool isOpen() const;
  [[nodiscard]] Loop& loop() const;

 private:
  friend class HttpConnection;
  friend class WebSocketUpgrade;
  struct Pending {
    HttpConnection* connection;  ///< null when it is gone, or answered
    Loop& loop;
    base::UniqueFunction<void()> onAbort;
  };
  // shared_ptr: the connection and the promise end in either order, on different threads.
  std::shared_ptr<Pending> pending_;
};

/// A request that may become a WebSocket: the promise of one answer, as HttpResponder is.
/// Thread: moved anywhere, used on its loop.
class WebSocketUpgrade {
 public:
  explicit WebSocketUpgrade(HttpResponder responder) : responder_(std::move(responder)) {}
  WebSocketUpgrade(WebSocketUpgrade&& other) noexcept
      : responder_(std::move(other.responder_)),
        accepted_(std::exchange(other.accepted_, nullptr)) {}
  WebSocketUpgrade& operator=(WebSocketUpgrade&&) = delete;
  ~WebSocketUpgrade();

  /// Once. Answers 101 and hands out the connection, or null when the client is gone or the key or
  /// the version is not what RFC 6455 §4.2.1 asks (then 400 or 426 has been answered). What the
  /// client sent behind its request comes to the connection once this is dropped, which is to be
  /// on the same turn of the loop.
  [[nodiscard]] WebSocketConnection* accept(const WebSocketOptions& options);
  /// Answers and closes.
  void refuse(HttpResponse response);
  [[nodiscard]] Loop& loop() const { return responder_.loop(); }
  /// Who asks, as its proxies say if those are trusted. Before the answer.
  [[nodiscard]] PeerAddress peer() const;

 private:
  HttpResponder responder_;
  HttpConnection* accepted_ = nullptr;
};

/// What answers requests. One object serves all loops.
/// Thread: called on the loop that holds the connection.
class HttpService {
 public:
  /// Held while the body of a request arrives.
  class Arrival {
   public:
    virtual ~Arrival() = default;
  };
  virtual ~HttpService() = default;
  /// The loop that must handle this request, by its index; nothing: any. The connection moves
  /// there first (delivery.md, sessions on several loops).
  [[nodiscard]] virtual std::optional<unsigned> ownerOf(const HttpHead& head) = 0;
  /// Bytes that the body of this request may have.
  [[nodiscard]] virtual std::size_t bodyLimit(const HttpHead& head) = 0;
  /// The head of a request has come to its owner. What this returns is dropped before
  /// onRequest(), or when that will not be called any more.
  [[nodiscard]] virtual std::unique_ptr<Arrival> onArrival(const HttpHead& head, Loop& loop) {
    static_cast<void>(head);
    static_cast<void>(loop);
    return nullptr;
  }
  /// After onArrival(), before the body: where it goes as it comes; null: into HttpRequest::body.
  /// `flow` is what a BodyFlow is made of.
  [[nodiscard]] virtual std::unique_ptr<BodySink> sinkFor(const HttpHead& head, Loop& loop,
                                                          HttpConnection& flow) {
    static_cast<void>(head);
    static_cast<void>(loop);
    static_cast<void>(flow);
    return nullptr;
  }
  virtual void onRequest(HttpRequest request, const PeerAddress& peer, HttpResponder responder) = 0;
  virtual void onUpgrade(HttpHead head, WebSocketUpgrade upgrade) = 0;
  /// What to answer when a request cannot be read, e.g. a body over the limit.
  [[nodiscard]] virtual HttpResponse unreadable(const HttpHead* head, unsigned status,
                                                std::string_view text) = 0;
};

}  // namespace rookery::net
