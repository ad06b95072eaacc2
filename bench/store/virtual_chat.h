#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "load/histogram.h"
#include "load/people.h"

namespace rookery::bench {

/// The chat and its store as the server has them, with connections that end in memory: what is
/// left when the kernel's sockets are taken away. One loop, on the calling thread.
class VirtualChat {
 public:
  struct Outcome {
    std::uint64_t confirmed = 0;  ///< acknowledged in the measured time
    std::uint64_t commits = 0;    ///< in that time
    double seconds = 0;
    Histogram ack;  ///< sent to acknowledged
  };

  /// `secret` signed the people's tokens. The store is that of `url`, which `rookery generate`
  /// filled with these people.
  VirtualChat(const std::string& url, const std::string& secret, const People& people);
  ~VirtualChat();

  /// Connects so many sessions in all, the people in turn, each of whom joins what he belongs to:
  /// his later sessions are in it from the start.
  void connect(std::size_t sessions);
  /// Nothing happens but heartbeats. Returns the share of a core that it took.
  double idle(double seconds);

  /// So many senders, each of whom sends his next message when the last one was acknowledged.
  Outcome run(std::size_t senders, double warmup, double seconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::bench
