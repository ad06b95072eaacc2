#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rookery/net/loop.h"
#include "rookery/net/send_batch.h"
#include "rookery/net/stream.h"

namespace rookery::net {

class TcpStream;

/// Counted by a loop, read by /metrics. Relaxed atomics.
struct LoopStats {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> open{0};  ///< streams
  std::atomic<std::uint64_t> bytesIn{0};
  std::atomic<std::uint64_t> bytesOut{0};
  std::atomic<std::uint64_t> writes{0};  ///< system calls
};

/// A loop on epoll. One thread calls run(); what it owns is touched by that thread alone.
/// Thread: run() its own; stop() and what Loop allows from any; the rest on the loop.
class EpollLoop final : public Loop {
 public:
  /// What hears of a descriptor's readiness.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void onReady(std::uint32_t epollEvents) = 0;
  };

  /// `sends`: how the sockets of a turn are written to; in batches only where the kernel permits
  /// io_uring.
  enum class Sends : std::uint8_t { kInBatches, kOneByOne };
  EpollLoop(unsigned index, const base::Clock& clock, base::Random& random,
            Sends sends = Sends::kInBatches);
  ~EpollLoop() override;

  /// Runs turns until stop(). Streams that are open then are closed.
  void run();
  void stop();

  /// Takes over a connected, non-blocking descriptor. The stream has no handler yet.
  TcpStream& adopt(DetachedStream connected, const PeerAddress& peer);

  /// Level-triggered. `watcher` must stay until unwatch() and the end of that turn.
  [[nodiscard]] bool watch(int descriptor, std::uint32_t events, Watcher& watcher);
  void rewatch(int descriptor, std::uint32_t events, Watcher& watcher);
  void unwatch(int descriptor);

  [[nodiscard]] LoopStats& stats() { return stats_; }
  [[nodiscard]] bool sendsInBatches() const { return batch_ != nullptr; }

 private:
  friend class TcpStream;
  void wake() override;
  void sendGathered() override;
  /// A batch with room for one send, or nothing where there are none.
  [[nodiscard]] SendBatch* roomInBatch();
  void forgetInBatch(const TcpStream& stream) { batch_->forget(stream); }
  void poll(std::chrono::milliseconds longest);
  /// The stream is freed at the end of the turn.
  void disown(TcpStream& stream);
  /// The one receive buffer of the loop: only an unfinished frame is copied out of it. Empty while
  /// a handler further up the stack is looking at it (readNow()).
  [[nodiscard]] std::vector<std::uint8_t> takeReceiveBuffer() {
    if (buffer_.empty()) return std::vector<std::uint8_t>(kReceiveBytes);
    return std::exchange(buffer_, {});
  }
  void giveBackReceiveBuffer(std::vector<std::uint8_t> buffer) { buffer_ = std::move(buffer); }

  class WakeWatcher;
  static constexpr std::size_t kReceiveBytes = 64 * 1024;

  int epoll_ = -1;
  int wakeup_ = -1;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<WakeWatcher> wakeWatcher_;
  std::unique_ptr<SendBatch> batch_;
  std::vector<std::uint8_t> buffer_;
  std::unordered_map<TcpStream*, std::unique_ptr<TcpStream>> streams_;
  LoopStats stats_;
};

}  // namespace rookery::net
