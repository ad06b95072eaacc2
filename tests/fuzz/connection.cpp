// Whole connections, from bytes to Socket.IO handlers, in virtual time: the input is a list of
// steps. However it goes, nothing stays of a client that is gone.

#include <array>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "memory_net/memory_loop.h"
#include "rookery/base/log.h"
#include "rookery/base/random.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/server.h"
#include "support/manual_clock.h"

namespace rookery::fuzz {
namespace {

using std::chrono::milliseconds;

/// The same bytes in every run.
class CountingRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& one : out) one = static_cast<std::uint8_t>(++count_ * 167 >> 3);
  }

 private:
  std::uint64_t count_ = 0;
};

engineio::Options engineOptions() {
  engineio::Options options;
  options.maxHttpBufferSize = 2000;
  options.maxQueuedBytes = 4096;
  options.allowEio3 = true;
  options.deflate.enabled = true;
  options.deflate.threshold = 16;
  return options;
}

socketio::Options socketOptions(std::uint8_t first) {
  socketio::Options options;
  options.recovery.window = milliseconds(first % 2 == 0 ? 0 : 5000);
  options.recovery.bytes = 4096;
  options.parser = first % 4 < 2 ? socketio::Parser::kJson : socketio::Parser::kMsgpack;
  return options;
}

/// The server, and the steps that clients take.
class World {
 public:
  explicit World(std::uint8_t first)
      : loop_(clock_, random_, kMostOutput),
        sockets_(socketOptions(first), {&loop_}),
        engine_(engineOptions(), sockets_, {&loop_}),
        endpoint_(engine_),
        context_{.service = endpoint_, .limits = {.headBytes = 2048, .bodyBytes = 2000}} {
    socketio::Namespace& main = sockets_.of("/");
    static_cast<void>(sockets_.of("/other"));
    everyone_ = main.room("everyone");
    main.onConnection([this](socketio::Socket& socket) { socket.join(everyone_); });
    main.onEvent(
        [this](socketio::Socket& socket, const socketio::Event& event) { onEvent(socket, event); });
  }

  void step(std::uint8_t what, std::uint8_t which, std::span<const std::uint8_t> bytes) {
    const std::string_view text = asText(bytes);
    switch (what % 10) {
      case 0:
        return request("GET", "transport=polling", "");
      case 1:
        return request("GET", "transport=websocket", "", true);
      case 2:
        return request("GET", "transport=polling&sid=" + sidOf(which), "");
      case 3:
        return request("POST", "transport=polling&sid=" + sidOf(which), text);
      case 4:
        return request("GET", "transport=websocket&sid=" + sidOf(which), "", true);
      case 5:
        return arrive(which, text);
      case 6:
        return arrive(which, frame(which / 16, text));
      case 7:
        return with(which, [](test::MemoryStream& stream) { stream.abort(); });
      case 8:
        return with(which, [&](test::MemoryStream& stream) { stream.setPeerReads(text.empty()); });
      default:
        return advance(milliseconds(which * 100));
    }
  }

  void end() {
    for (test::MemoryStream* const one : streams_) {
      turn([one] { one->abort(); });
    }
    // Polling sessions end with their heartbeat, sockets that were cut with their window.
    for (int i = 0; i < 20; ++i) advance(milliseconds(5000));
    require(engine_.sessions() == 0, "no session stays");
    require(sockets_.counters(0).sockets == 0, "no socket stays");
    require(!everyone_->hasReaders(0), "no room has readers");
  }

 private:
  static constexpr std::size_t kMostStreams = 32;
  static constexpr std::size_t kMostOutput = 1 << 16;  // only its beginning is looked at

  void onEvent(socketio::Socket& socket, const socketio::Event& event) {
    const auto args = socketio::Args::received(socketio::behindFirstValue(event.json), event.args,
                                               event.attachments);
    if (event.ack) socket.send(socketio::ackFrame("/", *event.ack.id, args));
    if (event.name == "leave") return socket.disconnect(args.isEmpty());
    if (event.name == "ask") {
      return socket.emitWithAck("asked", args.attachments().empty() ? args.json() : "",
                                milliseconds(1000), [](const auto&) {});
    }
    auto step = std::make_shared<socketio::Broadcast>();
    step->frame = socketio::eventFrame(socket.nsp(), "said", args);
    step->rooms = {everyone_};
    socket.nsp().emit(step);
  }

  void turn(const std::function<void()>& input = {}) {
    require(loop_.turn(input).count() > 0, "the loop comes to rest");
  }
  void advance(milliseconds by) {
    clock_.advance(by);
    turn();
  }

  void with(std::uint8_t which, const std::function<void(test::MemoryStream&)>& run) {
    if (streams_.empty()) return;
    test::MemoryStream& stream = *streams_[which % streams_.size()];
    turn([&] { run(stream); });
  }

  void arrive(std::uint8_t which, std::string_view bytes) {
    with(which, [&](test::MemoryStream& stream) { stream.arrive(bytes); });
  }

  void request(std::string_view method, std::string_view query, std::string_view body,
               bool upgrade = false) {
    if (streams_.size() == kMostStreams) return;
    std::string text = std::string(method) + " /socket.io/?EIO=4&" + std::string(query) +
                       " HTTP/1.1\r\nHost: x\r\n";
    if (upgrade) {
      text +=
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
          "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    }
    if (method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text.append("\r\n").append(body);
    streams_.push_back(&loop_.connect(context_));
    turn([&] { streams_.back()->arrive(text); });
  }

  /// The session id that was told on that connection, if any was.
  [[nodiscard]] std::string sidOf(std::uint8_t which) const {
    if (streams_.empty()) return "none";
    constexpr std::string_view kMark = "\"sid\":\"";
    constexpr std::size_t kLength = 20;
    const std::string& output = streams_[which % streams_.size()]->output();
    const auto at = output.find(kMark);
    return at == std::string::npos ? "none" : output.substr(at + kMark.size(), kLength);
  }

  /// A masked frame of a client; the mask is zero, so that the text shows.
  static std::string frame(std::uint8_t first, std::string_view text) {
    text = text.substr(0, 125);
    std::string out;
    constexpr std::array<char, 4> kHeads = {'\x81', '\x82', '\x88', '\x01'};
    out += kHeads[first % kHeads.size()];
    out += static_cast<char>(0x80 | text.size());
    return out.append(4, '\0').append(text);
  }

  test::ManualClock clock_;
  CountingRandom random_;
  test::MemoryLoop loop_;
  socketio::Server sockets_;
  engineio::Server engine_;
  engineio::Endpoint endpoint_;
  net::HttpServerContext context_;
  socketio::RoomRef everyone_;
  std::vector<test::MemoryStream*> streams_;
};

}  // namespace

/// A byte for the server's options, then steps: what, which, length, bytes.
void runOnce(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  base::log::setLevel(base::log::Level::kError);
  World world(bytes[0]);
  bytes = bytes.subspan(1);
  while (bytes.size() >= 3) {
    const std::size_t length = std::min<std::size_t>(bytes[2], bytes.size() - 3);
    world.step(bytes[0], bytes[1], bytes.subspan(3, length));
    bytes = bytes.subspan(3 + length);
  }
  world.end();
}

}  // namespace rookery::fuzz
