#include <algorithm>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/engineio/engine.h"
#include "rookery/engineio/jsonp.h"
#include "rookery/engineio/revision3.h"
#include "rookery/engineio/session.h"
#include "rookery/net/content_coding.h"

/// A session's requests over polling (protocol.md 2.4).
namespace rookery::engineio {
namespace {

constexpr std::size_t kLeastCompressed = 1024;  // bytes of a body (protocol.md 1)

bool hasBinaryBody(const net::HttpHead& head) {
  return head.header("content-type").starts_with("application/octet-stream");
}

std::string joined(std::span<const net::SharedFrame> frames) {
  std::string body;
  std::size_t bytes = frames.size();
  for (const net::SharedFrame& frame : frames) bytes += frame.polling().size();
  body.reserve(bytes);
  for (const net::SharedFrame& frame : frames) {
    if (!body.empty()) body += kSeparator;
    body += frame.polling();
  }
  return body;
}

}  // namespace

const net::SharedFrame& noopFrame() {
  static const net::SharedFrame frame = net::SharedFrame::text("6");
  return frame;
}

const net::SharedFrame& closeFrame() {
  static const net::SharedFrame frame = net::SharedFrame::text("1");
  return frame;
}

void Session::openOver(net::HttpHead head, net::HttpResponder responder) {
  net::HttpResponse response = engine_.answer(head, 200, "", "");
  const net::SharedFrame open = openPacket(true);
  putPayload(head, {&open, 1}, response);
  if (engine_.options().cookie) {
    response.with("Set-Cookie", "io=" + std::string(sid()) + "; Path=/; HttpOnly; SameSite=Lax");
  }
  if (engine_.options().onHandshake) engine_.options().onHandshake(head, response);
  responder.answer(std::move(response));
  startHeartbeat();
  if (handler_ != nullptr) handler_->onOpen();
}

void Session::askForFlush() {
  if (std::exchange(flushAsked_, true)) return;
  loop().atTurnEnd(*this);
}

void Session::onTurnEnd() {
  flushAsked_ = false;
  flushPoll();
}

void Session::flushPoll() {
  if (poll_ == nullptr) return;
  if (queue_.empty()) {
    // While a probe is confirmed the client must not be left hanging in a poll: it waits for the
    // end of the poll before it sends `5`.
    if (isProbeConfirmed()) answerPoll({&noopFrame(), 1});
    return;
  }
  const std::vector<net::SharedFrame> frames = std::exchange(queue_, {});
  queuedBytes_ = 0;
  answerPoll(frames);
  noteDrained();
}

void Session::answerPoll(std::span<const net::SharedFrame> frames) {
  const std::unique_ptr<Poll> poll = std::move(poll_);
  net::HttpResponse response = engine_.answer(poll->head, 200, "", "");
  putPayload(poll->head, frames, response);
  poll->responder.answer(std::move(response));
}

void Session::putPayload(const net::HttpHead& request, std::span<const net::SharedFrame> frames,
                         net::HttpResponse& response) const {
  Payload3 payload;
  if (revision_ == Revision::k3) {
    payload = encodePayload3(frames, !isJsonp(request) && !request.parameter("b64"));
  } else {
    payload.body = joined(frames);
  }
  const bool jsonp = isJsonp(request);
  response.with("Content-Type", jsonp                ? "text/javascript; charset=UTF-8"
                                : payload.binaryForm ? "application/octet-stream"
                                                     : "text/plain; charset=UTF-8");
  response.body = jsonp ? jsonpScript(request, payload.body) : std::move(payload.body);
  const bool compresses = std::any_of(frames.begin(), frames.end(),
                                      [](const auto& frame) { return frame.compresses(); });
  if (compresses) net::compressBody(request, response, kLeastCompressed);
}

void Session::onPoll(net::HttpHead head, net::HttpResponder responder) {
  if (poll_ != nullptr) {  // two at a time: neither can be trusted (protocol.md 2.4)
    responder.answer(engine_.answer(head, 400, "text/plain", ""));
    close(CloseReason::kTransportError);
    return;
  }
  responder.onAbort([this] {
    poll_.reset();
    close(CloseReason::kTransportError);
  });
  poll_ = std::make_unique<Poll>(Poll{std::move(head), std::move(responder)});
  if (closed_) {
    queue_.push_back(closeFrame());
    flushPoll();
    engine_.remove(*this);
    return;
  }
  flushPoll();
}

void Session::beginPost() {
  if (++arrivingPosts_ > 1) close(CloseReason::kTransportError);
}

std::optional<std::vector<Packet>> Session::decodePost(const net::HttpHead& head, std::string& body,
                                                       std::vector<std::string>& storage) {
  if (isJsonp(head)) {
    std::optional<std::string> payload = jsonpPayload(body);
    if (!payload) return std::nullopt;
    body = std::move(*payload);
  }
  const bool binaryForm = hasBinaryBody(head);
  if (binaryForm && revision_ == Revision::k4) return std::nullopt;
  if (!binaryForm && !base::isUtf8(body)) return std::nullopt;
  return revision_ == Revision::k3 ? decodePayload3(body, binaryForm, storage)
                                   : decodePayload(body, storage);
}

void Session::onPost(net::HttpRequest request, net::HttpResponder responder) {
  if (closed_) {
    responder.answer(engine_.answer(request.head, 400, "text/plain", ""));
    return;
  }
  std::vector<std::string> storage;
  const auto packets = decodePost(request.head, request.body, storage);
  if (!packets) {
    responder.answer(engine_.answer(request.head, 400, "text/plain", ""));
    close(hasBinaryBody(request.head) ? CloseReason::kTransportError : CloseReason::kParseError);
    return;
  }
  post_ = &request.head;
  for (const Packet& packet : *packets) {
    if (closed_) break;
    onPacket(packet);
  }
  post_ = nullptr;
  responder.answer(engine_.answer(request.head, 200, "text/html", "ok"));
}

}  // namespace rookery::engineio
