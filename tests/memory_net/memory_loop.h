#pragma once

#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rookery/net/http_connection.h"
#include "rookery/net/loop.h"
#include "rookery/net/stream.h"

namespace rookery::test {

class MemoryLoop;

/// The server's end of a connection; what it writes goes to `output` as long as its peer reads.
class MemoryStream final : public net::Stream, public net::TurnEndListener {
 public:
  explicit MemoryStream(MemoryLoop& loop) : loop_(loop) {}

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
  /// What the server wrote, when nobody listens.
  [[nodiscard]] const std::string& output() const { return output_; }
  /// Told what the server writes, frame by frame, at the end of a turn: nothing may arrive from
  /// within.
  void listen(std::function<void(std::string_view)> listener) { listener_ = std::move(listener); }
  [[nodiscard]] bool isClosed() const { return closed_; }

 private:
  void onTurnEnd() override;

  MemoryLoop& loop_;
  net::PeerAddress peer_;
  std::unique_ptr<Handler> handler_;
  std::vector<net::SharedFrame> queue_;
  std::size_t queuedBytes_ = 0;
  std::string output_;
  std::function<void(std::string_view)> listener_;
  std::string arrived_;
  bool peerReads_ = true;
  bool paused_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool waits_ = false;
  bool asked_ = false;  ///< for the end of the turn
};

/// A loop without a kernel: its connections end in memory, and its turns are taken by whoever made
/// it. Thread: the one that made it; wake() any.
class MemoryLoop final : public net::Loop {
 public:
  /// `mostOutput`: of what is written to a connection the first so many bytes are kept.
  MemoryLoop(const base::Clock& clock, base::Random& random,
             std::size_t mostOutput = std::numeric_limits<std::size_t>::max());
  ~MemoryLoop() override;

  /// A connection; good until the loop's end.
  MemoryStream& connect(net::HttpServerContext& context);
  /// One turn after `input`, and as many more as what was posted takes, but `most`. How long the
  /// loop has nothing to do now; 0: it does not come to rest.
  std::chrono::milliseconds turn(const std::function<void()>& input = {}, int most = 100);
  /// Returns when another thread has posted something, at the latest after that time.
  void sleep(std::chrono::milliseconds most);

 private:
  friend class MemoryStream;
  void wake() override;

  const std::size_t mostOutput_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool isWoken_ = false;  // guarded by mutex_
  std::vector<std::unique_ptr<MemoryStream>> streams_;
};

}  // namespace rookery::test
