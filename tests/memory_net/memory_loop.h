#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/random.h"
#include "rookery/net/http_connection.h"
#include "rookery/net/loop.h"
#include "rookery/net/stream.h"
#include "support/manual_clock.h"

namespace rookery::fuzz {

/// The same bytes in every run.
class CountingRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& one : out) one = static_cast<std::uint8_t>(++count_ * 167 >> 3);
  }

 private:
  std::uint64_t count_ = 0;
};

class FuzzLoop;

/// The server's end of a connection; what it writes goes to `output` as long as its peer reads.
class FuzzStream final : public net::Stream, public net::TurnEndListener {
 public:
  explicit FuzzStream(FuzzLoop& loop) : loop_(loop) {}

  void send(net::SharedFrame frame) override;
  void flushNow() override;
  [[nodiscard]] std::size_t queuedBytes() const override { return queuedBytes_; }
  [[nodiscard]] bool hasBacklog() const override { return waits_; }
  void dropQueued(const std::function<bool(const net::SharedFrame&)>& drops) override;
  void tellWhenDrained() override { waits_ = true; }
  void closeAfterFlush(std::chrono::milliseconds patience) override;
  void abort() override;
  void pauseReading(bool paused) override;
  void readNow() override;
  void setHandler(std::unique_ptr<Handler> handler) override;
  [[nodiscard]] net::DetachedStream detach() override { return {}; }  // there is one loop
  [[nodiscard]] net::Loop& loop() override;
  [[nodiscard]] const net::PeerAddress& peer() const override { return peer_; }

  /// Bytes of the peer.
  void arrive(std::string_view bytes);
  void setPeerReads(bool reads);
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] bool isClosed() const { return closed_; }

 private:
  void onTurnEnd() override;

  FuzzLoop& loop_;
  net::PeerAddress peer_;
  std::unique_ptr<Handler> handler_;
  std::deque<net::SharedFrame> queue_;
  std::size_t queuedBytes_ = 0;
  std::string output_;
  std::string arrived_;
  bool peerReads_ = true;
  bool paused_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool waits_ = false;
  bool asked_ = false;  ///< for the end of the turn
};

/// A loop without a kernel whose time and input the fuzzer decides on, on its thread.
class FuzzLoop final : public net::Loop {
 public:
  FuzzLoop(test::ManualClock& clock, base::Random& random);
  ~FuzzLoop() override;

  /// A connection; good until the loop's end.
  FuzzStream& connect(net::HttpServerContext& context);
  /// One turn after `input`, and as many more as what was posted takes.
  void turn(const std::function<void()>& input = {});
  void advance(std::chrono::milliseconds by);

 private:
  void wake() override {}

  test::ManualClock& clock_;
  std::vector<std::unique_ptr<FuzzStream>> streams_;
};

}  // namespace rookery::fuzz
