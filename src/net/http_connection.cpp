#include "rookery/net/http_connection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "rookery/base/encoding.h"
#include "rookery/base/log.h"
#include "rookery/net/ascii.h"
#include "rookery/net/epoll_loop.h"
#include "rookery/net/tcp_stream.h"

namespace rookery::net {
namespace {

constexpr std::size_t kMaxWaiting = 64 * 1024;  // of pipelined input, then reading pauses
constexpr std::chrono::milliseconds kClosePatience{2000};

/// Whether the client waits with its body until it is asked for it (RFC 9110 §10.1.1).
bool expectsContinue(const HttpHead& head) {
  return head.version == 11 && equalsIgnoringCase(head.header("expect"), "100-continue");
}

}  // namespace

HttpConnection::HttpConnection(Stream& stream, HttpServerContext& context)
    : stream_(stream),
      context_(context),
      parser_(context.limits),
      timeout_(this, [](void* self) { static_cast<HttpConnection*>(self)->onTimeout(); }) {
  armTimeout(context_.requestTimeout);
}

HttpConnection::~HttpConnection() {
  dropResponder(true);
  forgetWatch();
}

const std::shared_ptr<ConnectionWatch>& HttpConnection::watch() {
  if (watch_ == nullptr) watch_ = std::make_shared<ConnectionWatch>(this);
  return watch_;
}

void HttpConnection::forgetWatch() {
  if (watch_ != nullptr) std::exchange(watch_, nullptr)->connection = nullptr;
}

BodyFlow::BodyFlow(HttpConnection& connection) : watch_(connection.watch()) {}

void BodyFlow::pause(bool paused) const {
  if (watch_->connection != nullptr) watch_->connection->stream_.pauseReading(paused);
}

void HttpConnection::takeOver(std::string bytes) {
  stream_.loop().assertHere();
  process(base::asBytes(bytes));
}

void HttpConnection::onData(std::span<std::uint8_t> bytes) {
  if (answering_ || !waiting_.empty()) {
    waiting_ += base::asText(bytes);
    if (waiting_.size() > kMaxWaiting) stream_.pauseReading(true);
    return;
  }
  process(bytes);
}

void HttpConnection::process(std::span<const std::uint8_t> bytes) {
  processing_ = true;
  std::span<const std::uint8_t> requestStart = bytes;
  while (!bytes.empty() && !gone_ && !answering_) {
    const bool begins = !parser_.inRequest() && head_.empty();
    const std::size_t before = bytes.size();
    if (begins) requestStart = bytes;
    HttpParser::Status status = parser_.feed(bytes);
    if (status == HttpParser::Status::kHead) {
      if (!onHead(requestStart)) return;
      // A request without a body is complete without further input, one that is too long refused.
      status = parser_.feed(bytes);
      if (status == HttpParser::Status::kNeedMore && expectsContinue(parser_.head())) {
        stream_.send(SharedFrame::raw("HTTP/1.1 100 Continue\r\n\r\n"));
      }
    }
    feedSink();
    switch (status) {
      case HttpParser::Status::kHead:  // reported once a request
      case HttpParser::Status::kNeedMore:
        // Kept so that the request can still move to the loop that owns its session.
        if (!parser_.inRequest() || parser_.head().method.empty()) {
          head_ += base::asText(requestStart);
        }
        onProgress(begins, before - bytes.size());
        break;
      case HttpParser::Status::kComplete:
        onComplete();
        break;
      case HttpParser::Status::kError:
        answerUnreadable();
        processing_ = false;
        return;
    }
  }
  processing_ = false;
  if (successor_ != nullptr && !bytes.empty()) {
    // Frames that came in one piece with the handshake; a copy, for they are unmasked in place.
    std::vector<std::uint8_t> frames(bytes.begin(), bytes.end());
    successor_->onData(frames);
  } else if (!gone_ && !bytes.empty()) {
    waiting_.append(base::asText(bytes));
  }
}

bool HttpConnection::onHead(std::span<const std::uint8_t> fromRequestStart) {
  const std::optional<unsigned> owner = context_.service.ownerOf(parser_.head());
  if (owner.has_value() && *owner != stream_.loop().index()) {
    moveTo(*owner, fromRequestStart);
    return false;
  }
  head_.clear();
  parser_.setBodyLimit(context_.service.bodyLimit(parser_.head()));
  arrival_ = context_.service.onArrival(parser_.head(), stream_.loop());
  sink_ = context_.service.sinkFor(parser_.head(), stream_.loop(), *this);
  return true;
}

void HttpConnection::feedSink() {
  if (sink_ == nullptr) return;
  std::string bytes = parser_.takeBody();
  if (!bytes.empty()) sink_->take(std::move(bytes));
}

void HttpConnection::moveTo(unsigned loop, std::span<const std::uint8_t> fromRequestStart) {
  gone_ = true;
  timeout_.cancel();
  stream_.flushNow();
  if (stream_.queuedBytes() > 0) {  // a pipelined answer that the peer does not take
    stream_.abort();
    return;
  }
  std::string bytes = std::move(head_);
  bytes += base::asText(fromRequestStart);
  EpollLoop& target = *context_.loops[loop];
  const PeerAddress peer = stream_.peer();
  target.post([&target, &context = context_, detached = stream_.detach(), peer,
               bytes = std::move(bytes)]() mutable {
    TcpStream& stream = target.adopt(std::move(detached), peer);
    auto connection = std::make_unique<HttpConnection>(stream, context);
    HttpConnection& self = *connection;
    stream.setHandler(std::move(connection));
    self.takeOver(std::move(bytes));
  });
}

void HttpConnection::onComplete() {
  HttpRequest request = parser_.takeRequest();
  arrival_.reset();
  if (sink_ != nullptr) {
    request.sink = std::move(sink_);
    stream_.pauseReading(false);
  }
  head_.clear();
  timeout_.cancel();
  answering_ = true;
  current_ = request.head;
  HttpResponder responder(*this, stream_.loop());
  pending_ = responder.pending_;
  if (request.head.isWebSocketUpgrade()) {
    WebSocketUpgrade upgrade(std::move(responder));
    return context_.service.onUpgrade(std::move(request.head), std::move(upgrade));
  }
  context_.service.onRequest(std::move(request), origin(), std::move(responder));
}

PeerAddress HttpConnection::origin() const {
  if (context_.proxies == nullptr) return stream_.peer();
  return context_.proxies->originOf(current_, stream_.peer());
}

void HttpConnection::answer(const HttpResponse& response) {
  if (gone_) return;
  pending_.reset();
  arrival_.reset();
  sink_.reset();
  stream_.send(SharedFrame::raw(serialize(response, current_)));
  if (response.source != nullptr && response.bodyBytes() > 0 && current_.method != "HEAD") {
    outgoing_ = std::make_unique<Outgoing>(
        Outgoing{.source = response.source, .left = response.bodyBytes(), .close = response.close});
    return askSource();
  }
  afterAnswer(response.close);
}

void HttpConnection::askSource() {
  armTimeout(context_.requestTimeout);
  outgoing_->isAsked = true;
  outgoing_->source->next(stream_.loop(), [watch = watch()](std::optional<std::string> piece) {
    if (watch->connection != nullptr) watch->connection->onPiece(std::move(piece));
  });
}

void HttpConnection::onPiece(std::optional<std::string> piece) {
  if (gone_ || outgoing_ == nullptr) return;
  outgoing_->isAsked = false;
  if (!piece || piece->empty() || piece->size() > outgoing_->left) {
    // The length was promised: only its end tells the client that this is not all.
    base::log::limited(base::log::Level::kWarn, "an answer's body could not be read to its end",
                       {{"path", current_.path()}, {"left", outgoing_->left}});
    return stream_.abort();
  }
  outgoing_->left -= piece->size();
  stream_.send(SharedFrame::raw(*piece));
  if (outgoing_->left > 0) return stream_.tellWhenDrained();
  const bool close = outgoing_->close;
  outgoing_.reset();
  afterAnswer(close);
}

void HttpConnection::onDrained() {
  if (outgoing_ != nullptr && !outgoing_->isAsked && !gone_) askSource();
}

void HttpConnection::afterAnswer(bool close) {
  if (close || !current_.keepAlive) {
    gone_ = true;
    timeout_.cancel();
    stream_.closeAfterFlush(kClosePatience);
    return;
  }
  answering_ = false;
  armTimeout(context_.idleTimeout);
  if (processing_ || waiting_.empty()) return;  // process() is on the stack and goes on itself
  const std::string rest = std::exchange(waiting_, {});
  stream_.pauseReading(false);
  process(base::asBytes(rest));
}

void HttpConnection::answerUnreadable() {
  const HttpHead head = parser_.head();
  current_ = head;
  HttpResponse response = context_.service.unreadable(head.method.empty() ? nullptr : &head,
                                                      parser_.errorStatus(), parser_.errorText());
  response.close = true;
  base::log::limited(base::log::Level::kInfo, "unreadable request",
                     {{"peer", stream_.peer().text()},
                      {"code", parser_.errorStatus()},
                      {"error", parser_.errorText()}});
  answer(response);
}

void HttpConnection::dropResponder(bool aborted) {
  if (pending_ == nullptr) return;
  const auto pending = std::exchange(pending_, nullptr);
  pending->connection = nullptr;
  base::UniqueFunction<void()> callback = std::exchange(pending->onAbort, nullptr);
  if (aborted && callback) callback();
}

void HttpConnection::onClosed() {
  gone_ = true;
  arrival_.reset();
  sink_.reset();
  outgoing_.reset();
  timeout_.cancel();
  dropResponder(true);
}

WebSocketConnection* HttpConnection::becomeWebSocket(const WebSocketOptions& options) {
  const std::string_view key = current_.header("sec-websocket-key");
  if (current_.header("sec-websocket-version") != "13" || !isWebSocketKey(key)) {
    HttpResponse refusal{.status = key.empty() ? 400U : 426U};
    refusal.with("Sec-WebSocket-Version", "13");
    refusal.close = true;
    answer(refusal);
    return nullptr;
  }
  const auto deflate =
      negotiateDeflate(current_.joined("sec-websocket-extensions"), options.deflate);
  std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
  head.append("Connection: Upgrade\r\nSec-WebSocket-Accept: ").append(webSocketAccept(key));
  if (deflate) head.append("\r\nSec-WebSocket-Extensions: ").append(deflate->response);
  head.append("\r\n\r\n");
  stream_.send(SharedFrame::raw(head));
  gone_ = true;
  auto webSocket = std::make_unique<WebSocketConnection>(
      stream_, options, deflate ? std::optional(deflate->terms) : std::nullopt);
  WebSocketConnection* const result = webSocket.get();
  successor_ = result;
  stream_.setHandler(std::move(webSocket));
  return result;
}

void HttpConnection::handOver() {
  if (processing_ || waiting_.empty()) return;  // process() is on the stack and does it itself
  std::string frames = std::exchange(waiting_, {});
  stream_.pauseReading(false);
  successor_->onData({reinterpret_cast<std::uint8_t*>(frames.data()), frames.size()});
}

/// Whoever sends byte after byte does not hold a connection for long.
void HttpConnection::onProgress(bool begins, std::size_t bytes) {
  constexpr std::size_t kEnough = 1024;
  const bool isInBody = parser_.inRequest() && !parser_.head().method.empty();
  progress_ += bytes;
  if (!begins && (!isInBody || progress_ < kEnough)) return;
  progress_ = 0;
  armTimeout(context_.requestTimeout);
}

void HttpConnection::armTimeout(std::chrono::milliseconds delay) {
  if (!gone_) stream_.loop().arm(timeout_, delay);
}

void HttpConnection::onTimeout() {
  if (outgoing_ != nullptr) return stream_.abort();  // the client takes nothing
  if (!parser_.inRequest() && head_.empty()) {
    gone_ = true;
    stream_.closeAfterFlush(kClosePatience);
    return;
  }
  answer({.status = 408, .headers = {}, .body = {}, .close = true});
}

HttpResponder::HttpResponder(HttpConnection& connection, Loop& loop)
    : pending_(std::make_shared<Pending>(Pending{&connection, loop, nullptr})) {}

HttpResponder::~HttpResponder() {
  if (pending_ == nullptr) return;
  Loop& loop = pending_->loop;
  loop.post([pending = std::move(pending_)] {
    if (pending->connection == nullptr) return;
    base::log::error("request was left without an answer");
    std::exchange(pending->connection, nullptr)->answer({.status = 500, .headers = {}, .body = {}});
  });
}

void HttpResponder::answer(HttpResponse response) {
  const auto pending = std::exchange(pending_, nullptr);
  if (pending == nullptr || pending->connection == nullptr) return;
  pending->onAbort = nullptr;
  std::exchange(pending->connection, nullptr)->answer(response);
}

void HttpResponder::onAbort(base::UniqueFunction<void()> callback) {
  if (pending_ != nullptr && pending_->connection != nullptr) {
    pending_->onAbort = std::move(callback);
  }
}

bool HttpResponder::isOpen() const {
  return pending_ != nullptr && pending_->connection != nullptr;
}

Loop& HttpResponder::loop() const { return pending_->loop; }

WebSocketUpgrade::~WebSocketUpgrade() {
  if (accepted_ != nullptr) accepted_->handOver();
}

WebSocketConnection* WebSocketUpgrade::accept(const WebSocketOptions& options) {
  const auto pending = std::exchange(responder_.pending_, nullptr);
  if (pending == nullptr || pending->connection == nullptr) return nullptr;
  HttpConnection& connection = *std::exchange(pending->connection, nullptr);
  connection.pending_.reset();
  WebSocketConnection* const made = connection.becomeWebSocket(options);
  if (made != nullptr) accepted_ = &connection;
  return made;
}

void WebSocketUpgrade::refuse(HttpResponse response) {
  response.close = true;
  responder_.answer(std::move(response));
}

PeerAddress WebSocketUpgrade::peer() const {
  HttpConnection* const connection = responder_.pending_->connection;
  return connection == nullptr ? PeerAddress{} : connection->origin();
}

}  // namespace rookery::net
