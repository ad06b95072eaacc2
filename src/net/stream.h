#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "rookery/net/loop.h"
#include "rookery/net/shared_frame.h"
#include "rookery/net/tls.h"

namespace rookery::net {

/// Where a peer is, as text made on demand.
struct PeerAddress {
  std::uint8_t bytes[16] = {};  ///< IPv6, or IPv4 mapped into it
  std::uint16_t port = 0;
  bool secure = false;  ///< came over TLS

  [[nodiscard]] std::string text() const;  ///< the address alone, e.g. "127.0.0.1"
};

/// What moves between loops.
struct DetachedStream {
  int descriptor = -1;
  std::unique_ptr<TlsSession> tls;  ///< null: plain
};

/// One byte stream to a peer, on its loop: TcpStream, with TLS or without, and the simulation's
/// virtual sockets.
/// Thread: its loop. Owner: the loop; it is freed at the end of the turn in which it closed.
class Stream {
 public:
  /// What reads from the stream. Destroyed after onClosed(), at the end of that turn.
  class Handler {
   public:
    virtual ~Handler() = default;
    /// `bytes` may be written to (unmasking) and are gone when this returns.
    virtual void onData(std::span<std::uint8_t> bytes) = 0;
    /// The peer is gone or close() was called; called once; the stream is no longer to be used.
    virtual void onClosed() = 0;
    /// All that was queued has been taken by the kernel, after some of it had to wait or
    /// tellWhenDrained() was called.
    virtual void onDrained() {}
  };

  virtual ~Stream() = default;

  /// Queues; all that is due is written at the end of the turn in one system call.
  virtual void send(SharedFrame frame) = 0;
  /// Writes now what the kernel takes, without waiting for the end of the turn.
  virtual void flushNow() = 0;
  /// Bytes that are queued and not yet taken by the kernel.
  [[nodiscard]] virtual std::size_t queuedBytes() const = 0;
  /// Whether something has waited since an earlier turn: what volatile frames ask.
  [[nodiscard]] virtual bool hasBacklog() const = 0;
  /// Calls `drops` with each frame that has not begun to be written and drops it when that is true.
  virtual void dropQueued(const std::function<bool(const SharedFrame&)>& drops) = 0;
  /// Handler::onDrained() is called the next time that the queue is empty.
  virtual void tellWhenDrained() = 0;
  /// Takes no more input, writes what is queued, then closes; after `patience` at the latest.
  /// onClosed() follows when it is closed.
  virtual void closeAfterFlush(std::chrono::milliseconds patience) = 0;
  /// Closes at once; onClosed() is called before this returns, unless it was before.
  virtual void abort() = 0;

  /// While paused nothing is read; the peer's going is still noticed.
  virtual void pauseReading(bool paused) = 0;
  /// Reads and handles what has arrived already (delivery.md, sessions on several loops).
  virtual void readNow() = 0;

  /// Replaces the handler; the old one lives until the end of this turn and hears nothing more.
  virtual void setHandler(std::unique_ptr<Handler> handler) = 0;
  /// Gives up the descriptor for another loop to adopt; the stream is gone then, without
  /// onClosed(). Only with nothing queued.
  [[nodiscard]] virtual DetachedStream detach() = 0;

  [[nodiscard]] virtual Loop& loop() = 0;
  [[nodiscard]] virtual const PeerAddress& peer() const = 0;
};

}  // namespace rookery::net
