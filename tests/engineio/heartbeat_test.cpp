#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "memory_net/memory_loop.h"
#include "rookery/base/random.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "support/client_frames.h"
#include "support/manual_clock.h"

namespace rookery::engineio {
namespace {

using std::chrono::milliseconds;

class Silent final : public SessionHandler {
 public:
  void onMessage(bool /*binary*/, std::string_view /*payload*/) override {}
  void onClose(CloseReason /*reason*/) override {}
  net::SharedFrame slowConsumerFrame(std::size_t /*queued*/, std::size_t /*limit*/) override {
    return {};
  }
};

class Accepts final : public Acceptor {
 public:
  std::unique_ptr<SessionHandler> onSession(Session& /*session*/) override {
    return std::make_unique<Silent>();
  }
};

/// Sessions that came at the same moment, and when each was pinged.
class Heartbeat : public testing::Test {
 protected:
  void connect(std::size_t count) {
    pinged_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      test::MemoryStream& stream = loop_.connect(context_);
      stream.listen([this, i, &stream](std::string_view wire) {
        if (!wire.ends_with('2')) return;
        pinged_[i].push_back(now_);
        answered_.push_back(&stream);
      });
      stream.arrive(
          "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: test\r\n"
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      loop_.turn();
    }
  }

  /// In steps; each ping is answered.
  void pass(milliseconds time, milliseconds step = kStep) {
    for (const milliseconds end = now_ + time; now_ < end; now_ += step) {
      clock_.advance(step);
      loop_.turn();
      for (test::MemoryStream* const one : std::exchange(answered_, {})) {
        one->arrive(test::ClientFrame{.payload = "3"}.bytes());
      }
      loop_.turn();
    }
  }

  static constexpr milliseconds kStep{100};
  test::ManualClock clock_;
  base::SystemRandom random_;
  static Options options() {
    Options options;
    options.pingInterval = milliseconds{10'000};
    options.pingTimeout = milliseconds{5'000};
    return options;
  }
  Accepts acceptor_;
  test::MemoryLoop loop_{clock_, random_, 0};
  Server engine_{options(), acceptor_, {&loop_}};
  Endpoint endpoint_{engine_};
  net::HttpServerContext context_{.service = endpoint_, .limits = {}};
  milliseconds now_{0};
  std::vector<std::vector<milliseconds>> pinged_;
  std::vector<test::MemoryStream*> answered_;
};

TEST_F(Heartbeat, FirstPingsOfThoseWhoCameTogetherAreSpread) {
  connect(400);
  pass(milliseconds{21'000});
  std::vector<std::size_t> perSecond(22);
  for (const std::vector<milliseconds>& times : pinged_) {
    ASSERT_GE(times.size(), 1U);
    EXPECT_GE(times[0], milliseconds{4'900});
    EXPECT_LE(times[0], milliseconds{10'100});
    perSecond[static_cast<std::size_t>(times[0].count() / 1'000)]++;
    if (times.size() < 2) continue;
    EXPECT_GE(times[1] - times[0], milliseconds{9'900});
    EXPECT_LE(times[1] - times[0], milliseconds{10'200});
  }
  // 80 are to be expected in each of five seconds.
  EXPECT_LT(*std::ranges::max_element(perSecond), 140U);
}

TEST_F(Heartbeat, PingsOfATenthOfASecondLeaveTogether) {
  constexpr milliseconds kShortStep{10};
  const auto start = clock_.steady().time_since_epoch();
  connect(50);
  pass(milliseconds{11'000}, kShortStep);
  for (const std::vector<milliseconds>& times : pinged_) {
    ASSERT_GE(times.size(), 1U);
    EXPECT_LT((start + times[0] + kShortStep) % milliseconds{100}, kShortStep);
  }
}

}  // namespace
}  // namespace rookery::engineio
