#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <memory>
#include <span>
#include <vector>

#include "rookery/net/epoll_loop.h"
#include "rookery/net/stream.h"

namespace rookery::net {

/// A TCP connection, with TLS or without. At rest it holds a descriptor and a few pointers, no
/// buffer.
/// Thread: its loop.
class TcpStream final : public Stream, public EpollLoop::Watcher, public TurnEndListener {
 public:
  TcpStream(EpollLoop& loop, DetachedStream connected, const PeerAddress& peer);
  ~TcpStream() override;

  void send(SharedFrame frame) override;
  void flushNow() override {
    if (!waitsForRoom_ && batched_ == 0) flush();
  }
  [[nodiscard]] std::size_t queuedBytes() const override {
    return queuedBytes_ + (tls_ != nullptr ? tls_->chunk().size() : 0);
  }
  [[nodiscard]] bool hasBacklog() const override { return waitsForRoom_; }
  void dropQueued(const std::function<bool(const SharedFrame&)>& drops) override;
  void tellWhenDrained() override { tellsWhenDrained_ = true; }
  void closeAfterFlush(std::chrono::milliseconds patience) override;
  void abort() override;
  void pauseReading(bool paused) override;
  void readNow() override;
  void setHandler(std::unique_ptr<Handler> handler) override;
  [[nodiscard]] DetachedStream detach() override;
  [[nodiscard]] Loop& loop() override { return loop_; }
  [[nodiscard]] const PeerAddress& peer() const override { return peer_; }

  /// What became of this stream's part of a SendBatch: as of sendmsg(2), or -errno, for `offered`.
  void onSent(ssize_t result, std::size_t offered);

 private:
  enum class State : std::uint8_t {
    kOpen,
    kFlushing,   ///< closeAfterFlush(): out-queue first
    kLingering,  ///< all written, our end closed; waits for the peer's, so that no RST cuts the
                 ///< rest
    kClosed,
  };
  struct Closing;  // the deadline of closeAfterFlush(), only while it is running

  void onReady(std::uint32_t epollEvents) override;
  void onTurnEnd() override;
  void askForFlush(const SharedFrame& frame);
  /// Reads once; false when there was nothing more, or when the stream closed.
  bool readOnce();
  [[nodiscard]] bool readTls(std::vector<std::uint8_t>& buffer);
  void flush();
  [[nodiscard]] bool joinBatch();
  /// Fills `parts` with the front of the queue.
  struct Gathered {
    std::size_t parts = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Gathered gather(std::span<iovec> parts) const;
  /// Notes what the kernel took; false when it took less, or the stream has ended.
  [[nodiscard]] bool wrote(ssize_t result, std::size_t offered);
  void waitForRoom();
  void flushTls();
  void fillChunk();
  /// Removes `bytes` from the front of the queue.
  void taken(std::size_t bytes);
  void updateWatch();
  void allWritten();

  EpollLoop& loop_;
  int descriptor_;
  State state_ = State::kOpen;
  bool readingPaused_ = false;
  bool waitsForRoom_ = false;  ///< the kernel's buffer is full
  bool hadToWait_ = false;     ///< it was, when this flush began
  bool tellsWhenDrained_ = false;
  bool flushAsked_ = false;
  bool flushAskedLater_ = false;
  std::uint8_t batched_ = 0;  ///< frames at the front of queue_ that are in the loop's SendBatch
  base::SteadyTime flushedAt_{};
  std::uint32_t watched_ = 0;
  PeerAddress peer_;
  std::unique_ptr<TlsSession> tls_;
  std::unique_ptr<Handler> handler_;
  std::vector<SharedFrame> queue_;
  std::size_t head_ = 0;        ///< of queue_: the first frame that is not wholly written
  std::size_t headOffset_ = 0;  ///< bytes of it that are
  std::size_t queuedBytes_ = 0;
  std::unique_ptr<Closing> closing_;
};

}  // namespace rookery::net
