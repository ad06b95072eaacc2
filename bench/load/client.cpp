#include "load/client.h"

#include <fmt/format.h>

#include <charconv>

#include "load/http.h"
#include "load/inflater.h"

namespace rookery::bench {
namespace {

constexpr std::uint32_t kFirstSource = 0x7f000002;  // 127.0.0.2
constexpr char kSeparator = '\x1e';                 // Engine.IO v4, between packets of a payload

std::string_view textMember(std::string_view json, std::string_view key) {
  const std::string quoted = fmt::format("\"{}\":\"", key);
  const std::size_t at = json.find(quoted);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + quoted.size());
  return json.substr(0, json.find('"'));
}

/// Splits the digits off the front of `text`; false when there are none.
bool takeNumber(std::string_view& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

Client::Client(const ClientSettings& settings, ClientListener& listener, const Person& person,
               std::size_t place)
    : settings_(settings), listener_(listener), person_(person), place_(place), main_(*this) {
  for (const std::size_t conversation : person.conversations) positions_.push_back({conversation});
}

Position& Client::positionIn(std::size_t conversation) {
  for (Position& position : positions_) {
    if (position.conversation == conversation) return position;
  }
  return positions_.emplace_back(Position{conversation});
}

std::string Client::path() const {
  std::string text =
      fmt::format("/socket.io/?EIO=4&transport={}",
                  settings_.transport == Transport::kWebSocket ? "websocket" : "polling");
  if (!sid_.empty()) text += "&sid=" + sid_;
  return text;
}

void Client::connect(std::int64_t due) {
  state_ = State::kOpening;
  due_ = due;
  isReading_ = true;
  upgraded_ = posting_ = false;
  for (std::string* text : {&partial_, &postPartial_, &sid_, &waiting_}) text->clear();
  const auto source = kFirstSource + static_cast<std::uint32_t>(place_ % settings_.addresses);
  if (!main_.open(settings_.epoll, settings_.target, source, settings_.tls.get()))
    return end("cannot connect");
  if (settings_.transport == Transport::kWebSocket) {
    static_cast<void>(main_.send(upgradeRequest(settings_.host, path(), settings_.deflate)));
    return;
  }
  if (post_ == nullptr) post_ = std::make_unique<Wire>(*this);
  if (!post_->open(settings_.epoll, settings_.target, source, settings_.tls.get()))
    return end("cannot connect");
  poll();
}

void Client::vanish() {
  state_ = State::kIdle;
  main_.close();
  if (post_ != nullptr) post_->close();  // kept: events of this turn may still name it
  for (Position& position : positions_) position.optimisticSeq = position.confirmedSeq = 0;
}

void Client::end(std::string_view why) {
  if (state_ == State::kEnded || state_ == State::kIdle) return;
  const std::string reason(why);  // it may lie in a buffer that is closed now
  vanish();
  state_ = State::kEnded;
  listener_.onEnd(*this, reason);
}

void Client::send(std::string_view packet) {
  if (settings_.transport == Transport::kWebSocket) return sendFrame(packet);
  if (!waiting_.empty()) waiting_ += kSeparator;
  waiting_.append(packet);
  postWaiting();
}

void Client::sendFrame(std::string_view payload) {
  thread_local std::string frame;
  frame.clear();
  appendFrame(frame, Opcode::kText, payload);
  if (!main_.send(frame)) end("broken while sending");
}

void Client::poll() {
  if (!main_.send(getRequest(settings_.host, path()))) end("broken while polling");
}

void Client::postWaiting() {
  if (posting_ || waiting_.empty() || sid_.empty()) return;
  posting_ = true;
  const std::string request = postRequest(settings_.host, path(), waiting_);
  waiting_.clear();
  if (!post_->send(request)) end("broken while posting");
}

void Client::onWritable(Wire& wire) {
  if (!wire.flush()) end("refused");
}

void Client::onReadable(Wire& wire, std::span<char> buffer) {
  const ssize_t got = wire.receive(buffer);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end(got == 0 ? "closed by the server" : "connection reset");
  listener_.onRead(static_cast<std::size_t>(got));
  const std::string_view came(buffer.data(), static_cast<std::size_t>(got));
  std::string& partial = &wire == &main_ ? partial_ : postPartial_;
  const auto consume = [&](std::string_view bytes) {
    return settings_.transport == Transport::kWebSocket ? consumeFrames(bytes)
                                                        : consumeAnswers(wire, bytes);
  };
  if (partial.empty()) {
    const std::size_t taken = consume(came);
    if (state_ == State::kOpening || state_ == State::kReady) partial.assign(came.substr(taken));
    return;
  }
  partial.append(came);
  // Taken out, because an end clears it under the views that point into it.
  std::string whole = std::move(partial);
  const std::size_t taken = consume(whole);
  if (state_ != State::kOpening && state_ != State::kReady) return;
  whole.erase(0, taken);
  partial = std::move(whole);
}

std::size_t Client::consumeFrames(std::string_view bytes) {
  std::size_t taken = 0;
  if (!upgraded_) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    if (!bytes.starts_with("HTTP/1.1 101")) {
      this->end(bytes.substr(0, bytes.find('\r')));
      return 0;
    }
    if (settings_.deflate &&
        bytes.substr(0, end).find("permessage-deflate") == std::string_view::npos) {
      this->end("the server does not compress");
      return 0;
    }
    upgraded_ = true;
    taken = end + 4;
  }
  ServerFrame frame;
  while (true) {
    const FrameState state = readFrame(bytes.substr(taken), frame);
    if (state == FrameState::kIncomplete) return taken;
    if (state == FrameState::kBad) {
      end("bad frame");
      return taken;
    }
    taken += frame.bytes;
    if (frame.opcode == Opcode::kText) onFrame(frame);
    if (frame.opcode == Opcode::kClose) end("closed by the server");
    if (state_ != State::kOpening && state_ != State::kReady) return taken;
  }
}

void Client::onFrame(const ServerFrame& frame) {
  if (!frame.isCompressed) return onPacket(frame.payload);
  thread_local Inflater inflater;
  const auto packet = settings_.deflate ? inflater.inflate(frame.payload) : std::nullopt;
  if (!packet) return end("a frame that cannot be inflated");
  onPacket(*packet);
}

std::size_t Client::consumeAnswers(Wire& wire, std::string_view bytes) {
  std::size_t taken = 0;
  HttpAnswer answer;
  while (state_ == State::kOpening || state_ == State::kReady) {
    const HttpState state = readAnswer(bytes.substr(taken), answer);
    if (state == HttpState::kIncomplete) return taken;
    if (state == HttpState::kBad || answer.status != 200) {
      end(fmt::format("HTTP status {}: {}", answer.status, answer.body));
      return taken;
    }
    taken += answer.bytes;
    if (&wire == &main_) {
      onPolled(answer.body);
    } else {
      posting_ = false;
      postWaiting();
    }
  }
  return taken;
}

void Client::onPolled(std::string_view body) {
  while (!body.empty() && (state_ == State::kOpening || state_ == State::kReady)) {
    const std::size_t end = std::min(body.find(kSeparator), body.size());
    onPacket(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  if (state_ == State::kOpening || state_ == State::kReady) poll();
}

void Client::onPacket(std::string_view packet) {
  if (packet.starts_with("42")) return onEventPacket(packet.substr(2));
  if (packet.starts_with("43")) return onAckPacket(packet.substr(2));
  if (packet == "2") return send("3");
  if (packet.starts_with("0")) {
    sid_ = textMember(packet, "sid");
    if (settings_.transport == Transport::kWebSocket) sid_.clear();
    send(fmt::format(R"(40{{"token":"{}"}})", person_.token));
  } else if (packet.starts_with("40")) {
    state_ = State::kReady;
    listener_.onReady(*this);
  } else if (packet.starts_with("44")) {
    end(packet);
  } else if (packet.starts_with("41") || packet == "1") {
    end("disconnected by the server");
  }
}

void Client::onEventPacket(std::string_view packet) {
  std::uint64_t id = 0;
  if (takeNumber(packet, id)) send(fmt::format("43{}[]", id));
  listener_.onEvent(*this, packet);
}

void Client::onAckPacket(std::string_view packet) {
  std::uint64_t id = 0;
  if (takeNumber(packet, id)) listener_.onAck(*this, id, packet);
}

}  // namespace rookery::bench
