#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

struct io_uring;  // of liburing

namespace rookery::net {

class TcpStream;

/// Sends to many sockets in one system call, by io_uring: a third cheaper than a sendmsg(2) each.
/// All of them are non-blocking and done when submit() returns, so that it is sendmsg(2) for a
/// list, and no more: nothing of the kernel's outlives the call.
/// Thread: its loop.
class SendBatch {
 public:
  static constexpr std::size_t kSends = 256;
  static constexpr std::size_t kParts = 16;  ///< of one send

  /// Nothing when the kernel does not permit io_uring, as in most containers; the log says why.
  [[nodiscard]] static std::unique_ptr<SendBatch> open();
  ~SendBatch();
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;

  [[nodiscard]] bool isFull() const { return count_ == kSends; }
  /// Where the parts of the next send are to be put. Not while isFull().
  [[nodiscard]] std::span<iovec, kParts> parts() { return sends_[count_].parts; }
  /// Adds a send of the first `parts` of them, `bytes` in all, which must stay until it is done.
  void add(TcpStream& stream, int descriptor, std::size_t parts, std::size_t bytes);
  /// `stream` is going: nothing more is sent for it, and it is not told.
  void forget(const TcpStream& stream);
  /// Sends all, and tells each stream by onSent(), which may call forget() but not add().
  void submit();

 private:
  struct Send {
    TcpStream* stream;  ///< null when it is forgotten
    int descriptor;
    std::size_t bytes;
    ssize_t result;  ///< as of sendmsg(2), or -errno
    msghdr message;
    std::array<iovec, kParts> parts;
  };

  SendBatch();
  [[nodiscard]] bool submitToRing();
  void prepare(Send& send);

  struct CloseRing {
    void operator()(io_uring* ring) const;
  };
  std::unique_ptr<io_uring, CloseRing> ring_;  ///< null once it has failed
  std::vector<Send> sends_;
  std::size_t count_ = 0;
};

}  // namespace rookery::net
