// What a stream writes, and when: through a real socket, with time that moves when told to.
#include "rookery/net/tcp_stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "rookery/base/random.h"
#include "rookery/net/epoll_loop.h"
#include "support/loop_turn.h"
#include "support/manual_clock.h"

namespace rookery::net {
namespace {

class TcpStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    peer_ = ends[1];
    thread_ = std::thread([this] { loop_.run(); });
    turn([&] { stream_ = &loop_.adopt({ends[0], nullptr}, {}); });
  }
  void TearDown() override {
    loop_.stop();
    thread_.join();
    close(peer_);
  }

  void turn(const std::function<void()>& work) { test::inTurnOf(loop_, work); }
  void send(std::string_view text, FrameClass frameClass) {
    turn([&] { stream_->send(SharedFrame::text(text, frameClass)); });
  }
  /// Time passes; what is due then happens in a turn that begins after it.
  void pass(std::chrono::milliseconds time) {
    turn([&] { clock_.advance(time); });
    turn([] {});
  }
  std::uint64_t writes() { return loop_.stats().writes; }
  /// What has arrived, without the two bytes before each text.
  std::string received() {
    std::array<char, 4'096> bytes{};
    const ssize_t got = recv(peer_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    std::string all(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    std::string texts;
    for (std::size_t at = 0; at + 1 < all.size(); at += 2 + static_cast<std::size_t>(all[at + 1])) {
      texts += all.substr(at + 2, static_cast<std::size_t>(all[at + 1])) + " ";
    }
    return texts;
  }

  test::ManualClock clock_;
  base::SystemRandom random_;
  EpollLoop loop_{0, clock_, random_};
  std::thread thread_;
  TcpStream* stream_ = nullptr;
  int peer_ = -1;
};

TEST_F(TcpStreamTest, MessagesGoOutAtTheEndOfTheTurn) {
  turn([&] {
    stream_->send(SharedFrame::text("one"));
    stream_->send(SharedFrame::text("two"));
  });
  EXPECT_EQ(received(), "one two ");
  EXPECT_EQ(writes(), 1U) << "gathered";
  send("three", FrameClass::kMessage);
  EXPECT_EQ(received(), "three ");
}

TEST_F(TcpStreamTest, WhatNeedNotComeAtOnceGoesAtOnceWhereLittleGoesOn) {
  for (const FrameClass one : {FrameClass::kTyping, FrameClass::kPresence, FrameClass::kReceipt}) {
    send("a", one);
    EXPECT_EQ(received(), "a ");
    pass(Loop::kCompany);
  }
}

TEST_F(TcpStreamTest, WhatNeedNotComeAtOnceIsGathered) {
  send("first", FrameClass::kTyping);
  send("b", FrameClass::kTyping);
  pass(Loop::kCompany / 2);
  send("c", FrameClass::kReceipt);
  EXPECT_EQ(received(), "first ");
  pass(Loop::kCompany - Loop::kCompany / 2);
  EXPECT_EQ(received(), "b c ");
  EXPECT_EQ(writes(), 2U);
  pass(Loop::kCompany);
  send("d", FrameClass::kTyping);
  EXPECT_EQ(received(), "d ") << "quiet again";
}

TEST_F(TcpStreamTest, AMessageTakesAlongWhatWaits) {
  send("first", FrameClass::kTyping);
  send("b", FrameClass::kPresence);
  send("message", FrameClass::kMessage);
  EXPECT_EQ(received(), "first b message ") << "in their order, at once";
  send("c", FrameClass::kTyping);
  pass(Loop::kCompany);
  EXPECT_EQ(received(), "c ");
  EXPECT_EQ(writes(), 3U);
}

TEST_F(TcpStreamTest, WhatWaitsIsWrittenBeforeItCloses) {
  send("first", FrameClass::kTyping);
  send("last", FrameClass::kTyping);
  turn([&] { stream_->closeAfterFlush(std::chrono::seconds{1}); });
  EXPECT_EQ(received(), "first last ");
}

TEST_F(TcpStreamTest, NothingOfItIsLeftWhenItIsAborted) {
  send("first", FrameClass::kTyping);
  send("b", FrameClass::kTyping);
  send("message", FrameClass::kMessage);
  send("c", FrameClass::kTyping);
  turn([&] { stream_->abort(); });
  pass(2 * Loop::kCompany);
  EXPECT_EQ(received(), "first b message ");
}

}  // namespace
}  // namespace rookery::net
