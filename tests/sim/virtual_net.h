#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rookery/net/http_connection.h"
#include "rookery/net/loop.h"
#include "rookery/net/stream.h"
#include "sim/scheduler.h"
#include "witness/client.h"

namespace rookery::sim {

using witness::Peer;

class VirtualStream;

/// The cable between a client and a stream of the server: bytes take a while, in order; either end
/// may be gone.
struct Cable {
  Peer* peer = nullptr;             ///< null: the client is gone
  VirtualStream* stream = nullptr;  ///< null: the server's end is gone
  std::size_t underWay = 0;         ///< bytes to the client that it has not read
  bool clientReads = true;
  std::deque<std::string> unread;  ///< arrived while it does not read
  base::SteadyTime arrivesAt{};    ///< of the last bytes to the client
};
using CableRef = std::shared_ptr<Cable>;  // shared by both ends and by what is under way

/// An event loop without a kernel: a simulated thread with virtual streams.
class SimLoop final : public net::Loop {
 public:
  SimLoop(unsigned index, Scheduler& scheduler, SeededRandom& random);

  /// A client connects. Outside of the threads.
  [[nodiscard]] std::unique_ptr<witness::Line> connect(Peer& peer, net::HttpServerContext& context);
  void stop();

  [[nodiscard]] std::size_t openStreams() const { return streams_.size(); }

 private:
  friend class VirtualStream;
  friend class VirtualLine;
  void body();
  void wake() override;
  void disown(VirtualStream& stream);
  void deliver(const CableRef& cable, std::string bytes);
  void send(const CableRef& cable, std::string bytes);
  void cut(CableRef cable);
  void setReading(CableRef cable, bool reads);

  Scheduler& scheduler_;
  SeededRandom& random_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<VirtualStream>> streams_;  ///< in an order that the seed repeats
  std::deque<std::function<void()>> input_;              ///< what the kernel would report
  Scheduler::Thread& thread_;
};

/// The server's end. Thread: its loop.
class VirtualStream final : public net::Stream, public net::TurnEndListener {
 public:
  VirtualStream(SimLoop& loop, CableRef cable);

  void send(net::SharedFrame frame) override;
  void flushNow() override { flush(); }
  [[nodiscard]] std::size_t queuedBytes() const override { return queuedBytes_; }
  [[nodiscard]] bool hasBacklog() const override { return hadToWait_; }
  void dropQueued(const std::function<bool(const net::SharedFrame&)>& drops) override;
  void tellWhenDrained() override { hadToWait_ = true; }
  void closeAfterFlush(milliseconds patience) override;
  void abort() override;
  void pauseReading(bool paused) override;
  void readNow() override;
  void setHandler(std::unique_ptr<Handler> handler) override;
  [[nodiscard]] net::DetachedStream detach() override;
  [[nodiscard]] net::Loop& loop() override { return loop_; }
  [[nodiscard]] const net::PeerAddress& peer() const override { return peer_; }

  // From the loop.
  void onArrival(std::string bytes);
  void onRoom();

 private:
  void onTurnEnd() override;
  void flush();

  SimLoop& loop_;
  CableRef cable_;
  net::PeerAddress peer_;
  std::unique_ptr<Handler> handler_;
  std::deque<net::SharedFrame> queue_;
  std::size_t headOffset_ = 0;
  std::size_t queuedBytes_ = 0;
  std::deque<std::string> arrived_;
  bool paused_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool hadToWait_ = false;
  bool flushAsked_ = false;
};

}  // namespace rookery::sim
