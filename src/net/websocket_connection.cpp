#include "rookery/net/websocket_connection.h"

#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/base/log.h"

namespace rookery::net {
namespace {

constexpr std::chrono::milliseconds kClosePatience{1000};
/// A peer that pings faster than it reads its pongs is not answered further.
constexpr std::size_t kMaxQueuedForPong = 64 * 1024;

}  // namespace

WebSocketConnection::WebSocketConnection(Stream& stream, const WebSocketOptions& options,
                                         std::optional<DeflateTerms> deflate)
    : stream_(stream),
      options_(options),
      deflate_(deflate ? std::make_unique<MessageDeflate>(*deflate) : nullptr) {}

SharedFrame WebSocketConnection::packed(const SharedFrame& frame) {
  const std::size_t least = options_.deflate.threshold;
  if (deflate_->sharesMessages()) return frame.packedOnce(least, packAlone);
  return frame.packed(least, [this](std::string_view text) { return deflate_->pack(text); });
}

void WebSocketConnection::onData(std::span<std::uint8_t> bytes) {
  while (!closing_) {
    const WebSocketDecoder::Event event = decoder_.next(bytes, options_.limits, deflate_.get());
    switch (event.kind) {
      case WebSocketDecoder::EventKind::kNeedMore:
        return;
      case WebSocketDecoder::EventKind::kText:
      case WebSocketDecoder::EventKind::kBinary:
        if (handler_ != nullptr) {
          handler_->onMessage(event.kind == WebSocketDecoder::EventKind::kBinary, event.payload);
        }
        break;
      case WebSocketDecoder::EventKind::kPing:
        if (stream_.queuedBytes() < kMaxQueuedForPong) {
          stream_.send(SharedFrame::raw(encodeFrame(Opcode::kPong, base::asText(event.payload))));
        }
        break;
      case WebSocketDecoder::EventKind::kPong:
        break;
      case WebSocketDecoder::EventKind::kClose:
        closeWith(event.code, {}, WebSocketEnd::Cause::kPeerClosed);
        return;
      case WebSocketDecoder::EventKind::kError:
        base::log::limited(base::log::Level::kInfo, "websocket protocol error",
                           {{"peer", stream_.peer().text()}, {"error", event.what}});
        closeWith(event.code, event.what, WebSocketEnd::Cause::kProtocolError);
        return;
    }
  }
}

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
  closeWith(code, reason, WebSocketEnd::Cause::kWeClosed);
}

void WebSocketConnection::closeWith(CloseCode code, std::string_view reason,
                                    WebSocketEnd::Cause cause) {
  if (closing_) return;
  closing_ = true;
  stream_.send(SharedFrame::raw(encodeClose(code, reason)));
  stream_.closeAfterFlush(kClosePatience);
  end({cause, code});
}

void WebSocketConnection::abort() {
  closing_ = true;
  end({WebSocketEnd::Cause::kWeClosed, CloseCode::kNone});
  stream_.abort();
}

void WebSocketConnection::onClosed() {
  closing_ = true;
  end({WebSocketEnd::Cause::kPeerGone, CloseCode::kNone});
}

void WebSocketConnection::onDrained() {
  if (handler_ != nullptr) handler_->onDrained();
}

void WebSocketConnection::end(const WebSocketEnd& how) {
  if (std::exchange(ended_, true)) return;
  if (Handler* const handler = std::exchange(handler_, nullptr)) handler->onEnd(how);
}

}  // namespace rookery::net
