// What many streams write in one turn, with io_uring where it is permitted and without it.
#include "rookery/net/send_batch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/random.h"
#include "rookery/net/epoll_loop.h"
#include "rookery/net/tcp_stream.h"
#include "support/loop_turn.h"

namespace rookery::net {
namespace {

constexpr std::size_t kStreams = 12;
constexpr int kPatienceMs = 10'000;

class SendBatches : public testing::TestWithParam<EpollLoop::Sends> {
 protected:
  void SetUp() override {
    thread_ = std::thread([this] { loop_.run(); });
    turn([&] {
      for (std::size_t i = 0; i < kStreams; ++i) {
        std::array<int, 2> ends{};
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()),
                  0);
        peers_.push_back(ends[1]);
        streams_.push_back(&loop_.adopt({ends[0], nullptr}, {}));
      }
    });
  }
  void TearDown() override {
    loop_.stop();
    thread_.join();
    for (const int peer : peers_) {
      if (peer >= 0) close(peer);
    }
  }

  void turn(const std::function<void()>& work) { test::inTurnOf(loop_, work); }
  /// `bytes` of what comes to that peer; fewer when no more come.
  std::string received(std::size_t index, std::size_t bytes) {
    std::string all;
    std::array<char, 65'536> part{};
    pollfd ready{.fd = peers_[index], .events = POLLIN, .revents = 0};
    while (all.size() < bytes && poll(&ready, 1, kPatienceMs) == 1) {
      const ssize_t got = recv(peers_[index], part.data(), part.size(), MSG_DONTWAIT);
      if (got <= 0) break;
      all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  void closePeer(std::size_t index) { close(std::exchange(peers_[index], -1)); }

  base::SystemClock clock_;
  base::SystemRandom random_;
  EpollLoop loop_{0, clock_, random_, GetParam()};
  std::thread thread_;
  std::vector<TcpStream*> streams_;
  std::vector<int> peers_;
};

/// Calls `work` when its stream has closed.
class OnClosed final : public Stream::Handler {
 public:
  explicit OnClosed(std::function<void()> work) : work_(std::move(work)) {}
  void onData(std::span<std::uint8_t>) override {}
  void onClosed() override { work_(); }

 private:
  std::function<void()> work_;
};

TEST_P(SendBatches, AreOfferedWhereTheKernelPermitsThem) {
  EXPECT_EQ(loop_.sendsInBatches(),
            GetParam() == EpollLoop::Sends::kInBatches && SendBatch::open() != nullptr);
}

TEST_P(SendBatches, BringEveryStreamItsOwn) {
  const SharedFrame shared = SharedFrame::text("for all");
  turn([&] {
    for (std::size_t i = 0; i < kStreams; ++i) {
      streams_[i]->send(shared);
      if (i % 2 == 0) streams_[i]->send(SharedFrame::text(std::to_string(i)));
    }
  });
  for (std::size_t i = 0; i < kStreams; ++i) {
    std::string expected(shared.wire());
    if (i % 2 == 0) expected += SharedFrame::text(std::to_string(i)).wire();
    EXPECT_EQ(received(i, expected.size()), expected);
  }
}

TEST_P(SendBatches, TakeMoreFramesThanFitIntoOneSend) {
  std::string expected;
  turn([&] {
    for (std::size_t n = 0; n < 10 * SendBatch::kParts; ++n) {
      const SharedFrame frame = SharedFrame::text(std::to_string(n));
      expected += frame.wire();
      for (TcpStream* const stream : streams_) stream->send(frame);
    }
  });
  for (std::size_t i = 0; i < kStreams; ++i) EXPECT_EQ(received(i, expected.size()), expected);
}

TEST_P(SendBatches, LeaveWhatTheKernelDoesNotTakeForLater) {
  std::string expected;
  turn([&] {
    for (std::size_t n = 0; n < 40; ++n) {
      const SharedFrame frame = SharedFrame::text(std::string(50'000, static_cast<char>('a' + n)));
      expected += frame.wire();
      for (TcpStream* const stream : streams_) stream->send(frame);
    }
  });
  turn([&] {
    for (TcpStream* const stream : streams_) EXPECT_TRUE(stream->hasBacklog());
  });
  for (std::size_t i = 0; i < kStreams; ++i) {
    EXPECT_TRUE(received(i, expected.size()) == expected) << i;
  }
}

TEST_P(SendBatches, EndOnlyTheStreamWhosePeerIsGone) {
  std::size_t closed = 0;
  turn([&] {
    for (TcpStream* const stream : streams_) {
      stream->setHandler(std::make_unique<OnClosed>([&] { ++closed; }));
    }
  });
  const SharedFrame frame = SharedFrame::text("still here");
  turn([&] {
    closePeer(3);  // before the loop hears of it
    for (TcpStream* const stream : streams_) stream->send(frame);
  });
  turn([&] { EXPECT_EQ(closed, 1U); });
  for (std::size_t i = 0; i < kStreams; ++i) {
    if (i == 3) continue;
    EXPECT_EQ(received(i, frame.wire().size()), frame.wire()) << i;
  }
}

TEST_P(SendBatches, MayLoseAStreamWhileItsResultIsOutstanding) {
  const SharedFrame frame = SharedFrame::text("still here");
  turn([&] {
    closePeer(3);
    streams_[3]->setHandler(std::make_unique<OnClosed>([&] {
      streams_[2]->abort();  // told of already
      streams_[7]->abort();  // not yet
    }));
    for (TcpStream* const stream : streams_) stream->send(frame);
  });
  turn([&] { streams_[8]->send(frame); });
  for (const std::size_t i : {0, 1, 4, 5, 6, 8, 9, 10, 11}) {
    const std::size_t frames = i == 8 ? 2 : 1;
    EXPECT_EQ(received(i, frames * frame.wire().size()).size(), frames * frame.wire().size()) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Net, SendBatches,
                         testing::Values(EpollLoop::Sends::kInBatches, EpollLoop::Sends::kOneByOne),
                         [](const auto& one) {
                           return one.param == EpollLoop::Sends::kInBatches ? "InBatches"
                                                                            : "OneByOne";
                         });

}  // namespace
}  // namespace rookery::net
