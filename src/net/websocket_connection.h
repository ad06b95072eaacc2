#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "rookery/net/message_deflate.h"
#include "rookery/net/stream.h"
#include "rookery/net/websocket_codec.h"

namespace rookery::net {

/// What all WebSockets of a service have in common.
struct WebSocketOptions {
  WebSocketDecoder::Limits limits;
  DeflateOptions deflate;
};

/// How a WebSocket ended.
struct WebSocketEnd {
  enum class Cause : std::uint8_t {
    kPeerClosed,     ///< a close frame came
    kPeerGone,       ///< the stream ended without one
    kProtocolError,  ///< the peer broke RFC 6455; it was told so
    kWeClosed,       ///< close() was called
  };
  Cause cause = Cause::kPeerGone;
  CloseCode code = CloseCode::kNone;
};

/// A WebSocket after its handshake (RFC 6455): messages in, frames out, control frames answered,
/// the close handshake done.
/// Thread: its loop. Owner: the stream.
class WebSocketConnection final : public Stream::Handler {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    /// `payload` is gone when this returns. Text is valid UTF-8.
    virtual void onMessage(bool binary, std::span<std::uint8_t const> payload) = 0;
    /// Called once; the connection is no longer to be used then.
    virtual void onEnd(const WebSocketEnd& end) = 0;
    virtual void onDrained() {}
  };

  /// `options` outlive it; `deflate`: what was negotiated.
  WebSocketConnection(Stream& stream, const WebSocketOptions& options,
                      std::optional<DeflateTerms> deflate = std::nullopt);

  /// Must be set before the first data; may be replaced. Null: messages are dropped.
  void setHandler(Handler* handler) { handler_ = handler; }

  void send(SharedFrame frame) {
    stream_.send(deflate_ == nullptr ? std::move(frame) : packed(frame));
  }
  [[nodiscard]] std::size_t queuedBytes() const { return stream_.queuedBytes(); }
  [[nodiscard]] bool hasBacklog() const { return stream_.hasBacklog(); }
  /// Nothing is dropped where a window is kept over messages: what follows refers to them.
  void dropQueued(const std::function<bool(const SharedFrame&)>& drops) {
    if (deflate_ == nullptr || !deflate_->keepsWindow()) stream_.dropQueued(drops);
  }
  void tellWhenDrained() { stream_.tellWhenDrained(); }
  /// Sends a close frame behind what is queued and closes; the peer has a second to do the same.
  /// onEnd() has been called when this returns.
  void close(CloseCode code, std::string_view reason = {});
  /// Cuts the connection; onEnd() has been called when this returns.
  void abort();
  void readNow() { stream_.readNow(); }
  [[nodiscard]] Stream& stream() { return stream_; }

 private:
  void onData(std::span<std::uint8_t> bytes) override;
  void onClosed() override;
  void onDrained() override;
  [[nodiscard]] SharedFrame packed(const SharedFrame& frame);
  void end(const WebSocketEnd& how);
  void closeWith(CloseCode code, std::string_view reason, WebSocketEnd::Cause cause);

  Stream& stream_;
  WebSocketDecoder decoder_;
  const WebSocketOptions& options_;
  std::unique_ptr<MessageDeflate> deflate_;  ///< null: not agreed on
  Handler* handler_ = nullptr;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace rookery::net
