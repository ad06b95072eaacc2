#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "memory_net/memory_loop.h"
#include "rookery/base/random.h"
#include "rookery/chat/chat.h"
#include "rookery/chat/tokens.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"
#include "support/allocations.h"
#include "support/client_frames.h"
#include "support/manual_executor.h"
#include "support/store_records.h"
#include "support/temp_folder.h"

namespace rookery::chat {
namespace {

using test::ClientFrame;

const base::ObjectId kWorkspace = test::idOf(1);
const base::ObjectId kChannel = test::idOf(2);

chat::Options unlimited() {
  chat::Options options;
  for (base::RateLimit& rate : options.rates) rate = {.rate = 1e9, .burst = 1e9};
  options.search = false;  // a pass of its own, behind the messages
  return options;
}

/// All of the server but the kernel's sockets, and all of it on this thread, so that all that a
/// message takes is counted. The first of so many users writes to a channel that all have joined.
class Channel {
 public:
  explicit Channel(std::uint64_t users) {
    populate(users);
    std::vector<std::unique_ptr<store::Reader>> connections;
    connections.push_back(*backend_->openReader());
    readers_ = std::make_unique<store::StoreReaders>(std::move(connections), work_);
    chat_ = std::make_unique<Chat>(unlimited(), Chat::Parts{work_.clock(), random_, ids_, sockets_,
                                                            *readers_, work_, tokens_});
    writer_ = std::make_unique<store::StoreWriter>(
        *backend_->openWriter(), backend_->stats(), work_, work_, work_.clock(),
        store::StoreWriter::Limits{},
        [this](std::span<store::Settled> group) { chat_->onSettled(group); },
        [](const base::Error&) {});
    chat_->setWriter(*writer_);
    chat_->takeUp();
    for (std::uint64_t user = 0; user < users; ++user) connect(user);
  }
  ~Channel() {
    writer_->close([] {});
    settle();
    loop_.dropWork();
  }

  void write(std::string_view frame) {
    streams_.front()->arrive(frame);
    settle();
  }
  static std::string message(unsigned number) {
    return textFrame(fmt::format(R"(42{}["NewMessage",{{"channelId":"{}","body":"{:x>200}",)"
                                 R"("clientMessageId":"5f0c8a52-0000-4000-8000-{:012}"}}])",
                                 number, kChannel.hex(), number, number));
  }
  /// Frames that all of them were sent.
  [[nodiscard]] std::size_t heard() const { return heard_; }

 private:
  static std::string textFrame(std::string payload) {
    return ClientFrame{.payload = std::move(payload)}.bytes();
  }
  static void must(const store::WriteResult& result) { ASSERT_TRUE(result.ok()); }

  void populate(std::uint64_t users) {
    const auto database = *backend_->openWriter();
    must(database->begin());
    store::WorkspaceRecord workspace;
    workspace.id = kWorkspace;
    workspace.name = "works";
    workspace.joinCode = "ABCDEF";
    must(database->insertWorkspace(workspace));
    must(database->insertChannel({.id = kChannel, .workspaceId = kWorkspace, .name = "all"}));
    for (std::uint64_t number = 0; number < users; ++number) {
      store::UserRecord user = test::userRecord(number);
      user.disabled = false;
      must(database->insertUser(user));
      must(database->insertMember({.workspaceId = kWorkspace, .userId = user.id}));
    }
    must(database->commit());
  }

  void connect(std::uint64_t user) {
    test::MemoryStream& stream = loop_.connect(context_);
    streams_.push_back(&stream);
    stream.listen([this](std::string_view) { ++heard_; });
    stream.arrive(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: test\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    settle();
    TokenClaims claims;
    claims.userId = test::userRecord(user).id;
    claims.expiresAt = work_.clock().wall() + 3'600'000;
    const auto token = tokens_.issue(claims);
    stream.arrive(textFrame(R"(40{"token":")" + *token + "\"}"));
    settle();
    stream.arrive(textFrame(R"(42["JoinChannel",{"channelId":")" + kChannel.hex() + "\"}]"));
    settle();
  }

  /// Until there is nothing to do but what waits for its time.
  void settle() {
    do {
      loop_.turn();
    } while (work_.runOne());
  }

  test::TempFolder folder_;
  test::ManualExecutor work_;
  base::SystemRandom random_;
  base::ObjectIdGenerator ids_{work_.clock(), random_};
  Tokens tokens_{"a secret of this test, of 32 bytes"};
  std::unique_ptr<store::Backend> backend_ =
      store::sqliteBackend((folder_.path() / "rookery.db").string());
  test::MemoryLoop loop_{work_.clock(), random_, 0};
  socketio::Server sockets_{socketio::Options(), {&loop_}};
  engineio::Server engine_{engineio::Options(), sockets_, {&loop_}};
  engineio::Endpoint endpoint_{engine_};
  net::HttpServerContext context_{.service = endpoint_, .limits = {}};
  std::unique_ptr<store::StoreReaders> readers_;
  std::unique_ptr<Chat> chat_;
  std::unique_ptr<store::StoreWriter> writer_;
  std::vector<test::MemoryStream*> streams_;
  std::size_t heard_ = 0;
};

/// What one message takes, once all that grows has grown.
double allocationsFor(std::uint64_t users) {
  constexpr unsigned kBefore = 300;
  constexpr unsigned kCounted = 200;
  Channel channel(users);
  std::vector<std::string> frames;
  for (unsigned number = 0; number < kBefore + kCounted; ++number) {
    frames.push_back(Channel::message(number));
  }
  for (unsigned number = 0; number < kBefore; ++number) channel.write(frames[number]);
  const std::size_t heard = channel.heard();
  const test::Allocations taken;
  for (unsigned number = kBefore; number < kBefore + kCounted; ++number) {
    channel.write(frames[number]);
  }
  const auto count = static_cast<double>(taken.count());
  // As a message and as its outcome for each, and the answer to the sender.
  EXPECT_EQ(channel.heard() - heard, kCounted * (2 * users + 1));
  return count / kCounted;
}

TEST(MessagePath, TakesNoMemoryForADelivery) {
  const double few = allocationsFor(10);
  const double many = allocationsFor(110);
  EXPECT_LE((many - few) / 100, 0.01);
  // With a commit of its own: body, id, four frames, two steps on their way, what is remembered.
  EXPECT_LT(few, 19);
}

}  // namespace
}  // namespace rookery::chat
