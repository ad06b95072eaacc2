#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/ledger.h"
#include "load/people.h"
#include "load/websocket.h"
#include "load/wire.h"

namespace rookery::bench {

class Client;

/// Who is told what clients hear.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  /// The namespace was joined.
  virtual void onReady(Client& client) = 0;
  /// The connection was refused, broke or ended; `why` is for people.
  virtual void onEnd(Client& client, std::string_view why) = 0;
  /// `event` is the packet's JSON, from `[` on.
  virtual void onEvent(Client& client, std::string_view event) = 0;
  virtual void onAck(Client& client, std::uint64_t id, std::string_view answer) = 0;
  /// So much came; of TLS without its records.
  virtual void onRead(std::size_t bytes) = 0;
};

enum class Transport : std::uint8_t { kWebSocket, kPolling };

/// What all clients of a run share.
struct ClientSettings {
  int epoll = -1;
  sockaddr_in target{};
  std::string host;
  Transport transport = Transport::kWebSocket;
  std::uint32_t addresses = 1;  ///< 127.0.0.2 and so on, taken in turn
  bool deflate = false;         ///< asks for compression, and takes no less
  std::shared_ptr<const TlsClients> tls;
};

/// One Socket.IO v5 client over Engine.IO v4.
/// Thread: owner.
class Client {
 public:
  enum class State : std::uint8_t { kIdle, kOpening, kReady, kEnded };

  Client(const ClientSettings& settings, ClientListener& listener, const Person& person,
         std::size_t place);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins; `due` is when it was to begin, from which the time to onReady() counts.
  void connect(std::int64_t due);
  /// Closes without a word, as a phone in a tunnel.
  void vanish();
  /// Sends a Socket.IO packet, e.g. `42["typing",{}]`.
  void send(std::string_view packet);
  /// Reads no more, and lets the server's bytes pile up.
  void stopReading() {
    isReading_ = false;
    main_.pause();
  }
  [[nodiscard]] bool isReading() const { return isReading_; }
  /// What it hears from now on is nobody's business, nor when it is lost.
  void ignore() { isIgnored_ = true; }
  [[nodiscard]] bool isIgnored() const { return isIgnored_; }

  void onReadable(Wire& wire, std::span<char> buffer);
  void onWritable(Wire& wire);
  /// The server closed on a client that reads no more.
  void onHangUp() { end("closed by the server while it did not read"); }

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::int64_t due() const { return due_; }
  [[nodiscard]] std::size_t place() const { return place_; }
  [[nodiscard]] const Person& person() const { return person_; }
  [[nodiscard]] Position& positionIn(std::size_t conversation);

 private:
  void end(std::string_view why);
  [[nodiscard]] std::string path() const;
  void sendFrame(std::string_view payload);
  void poll();
  void postWaiting();
  /// Takes what it can from the beginning of `bytes` and returns how much.
  std::size_t consumeFrames(std::string_view bytes);
  std::size_t consumeAnswers(Wire& wire, std::string_view bytes);
  void onPolled(std::string_view body);
  void onFrame(const ServerFrame& frame);
  void onPacket(std::string_view packet);
  void onEventPacket(std::string_view packet);
  void onAckPacket(std::string_view packet);

  const ClientSettings& settings_;
  ClientListener& listener_;
  const Person& person_;
  std::size_t place_;
  State state_ = State::kIdle;
  bool isReading_ = true;
  bool isIgnored_ = false;
  bool upgraded_ = false;
  bool posting_ = false;
  std::int64_t due_ = 0;
  Wire main_;                   ///< the WebSocket, or the polls
  std::unique_ptr<Wire> post_;  ///< of a polling client
  std::string partial_;         ///< the beginning of a frame or answer
  std::string postPartial_;
  std::string sid_;
  std::string waiting_;  ///< packets for the next POST
  std::vector<Position> positions_;
};

}  // namespace rookery::bench
