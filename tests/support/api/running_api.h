#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rookery/api/http_root.h"
#include "rookery/base/json.h"
#include "rookery/net/epoll_loop.h"
#include "rookery/net/http_connection.h"
#include "rookery/net/listener.h"
#include "rookery/store/database.h"
#include "support/temp_folder.h"

namespace rookery::test {

/// An answer as it came over the wire.
struct HttpAnswer {
  unsigned status = 0;
  net::HttpHead head;  ///< its headers
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string(head.header(name));
  }
  /// The value at a JSON pointer (RFC 6901), as compact JSON; "absent" when there is none.
  [[nodiscard]] std::string at(std::string_view pointer) const;
  /// The same of a text, without quotes.
  [[nodiscard]] std::string text(std::string_view pointer) const;
  /// The names of the members of the object at `pointer`, in their order, with spaces between.
  [[nodiscard]] std::string keys(std::string_view pointer) const;
};

/// Hears what REST tells the chat.
class ToldChat final : public chat::ChatAdmin {
 public:
  void memberChanged(const store::MemberRecord& member, std::string_view) override {
    members.push_back(member);
  }
  void roomMade(const store::RoomRecord& room) override { rooms.push_back(room); }
  void channelChanged(const store::ChannelRecord& channel) override { channels.push_back(channel); }
  void roomChanged(const store::RoomRecord& room) override { rooms.push_back(room); }
  void conversationsDeleted(std::span<const base::ObjectId> conversations) override {
    deleted.insert(deleted.end(), conversations.begin(), conversations.end());
  }
  void tell(std::span<const base::ObjectId> /*users*/, std::string_view event,
            std::string_view /*payloadJson*/) override {
    events.emplace_back(event);
  }
  void deleteMessage(base::Executor& executor, const store::UserRecord& /*user*/,
                     const base::ObjectId& /*message*/,
                     base::UniqueFunction<void(base::Result<void>)> done) override {
    executor.post([done = std::move(done)]() mutable { done({}); });
  }
  using ChatAdmin::userChanged;
  void userChanged(const store::UserRecord& user, const base::ObjectId& /*kept*/) override {
    users.push_back(user);
  }
  void sessionEnded(const base::ObjectId& /*user*/, const store::EndedSession& session) override {
    ended.push_back(session);
  }
  std::vector<base::Held> held() override { return {}; }
  std::string presenceJson(std::span<const base::ObjectId> /*users*/,
                           std::span<const store::PresenceRecord> /*stored*/) override {
    return R"({"presence":[]})";
  }
  std::vector<chat::ConnectedUser> connectedUsers() override { return connected; }
  std::size_t joinedConversations() override { return 7; }
  std::size_t loadedConversations() override { return 9; }
  std::size_t connectedSockets() override { return 3; }
  std::size_t presentUsers() override { return 2; }
  bool draining() override { return isDraining; }
  chat::Stats& stats() override { return counters; }

  std::vector<store::MemberRecord> members;
  std::vector<store::UserRecord> users;
  std::vector<store::EndedSession> ended;
  std::vector<store::RoomRecord> rooms;
  std::vector<store::ChannelRecord> channels;
  std::vector<base::ObjectId> deleted;
  std::vector<std::string> events;
  std::vector<chat::ConnectedUser> connected;
  std::atomic<bool> isDraining{false};
  chat::Stats counters;
};

/// The api layer over a real loop, a real store in a folder of its own, and real sockets.
/// Thread: owner.
class RunningApi {
 public:
  explicit RunningApi(api::Options options = lifted());
  ~RunningApi();

  /// No limit that a test could meet by being quick.
  [[nodiscard]] static api::Options lifted();

  /// Sends one request over a connection of its own and waits for the answer. `headers` are lines
  /// ending in CR LF.
  [[nodiscard]] HttpAnswer call(std::string_view method, std::string_view path,
                                std::string_view headers = {}, std::string_view body = {});
  [[nodiscard]] HttpAnswer get(std::string_view path, const std::string& token = {});
  [[nodiscard]] HttpAnswer send(std::string_view method, std::string_view path,
                                std::string_view json, const std::string& token = {});
  /// Sends all at once, over one connection each, before reading any answer.
  [[nodiscard]] std::vector<HttpAnswer> sendAtOnce(std::string_view method, std::string_view path,
                                                   const std::vector<std::string>& bodies,
                                                   const std::string& token = {});

  /// Puts a row into the store, and waits for its commit.
  void write(store::StoreWriter::Job job);
  /// A user whom nobody can sign in as, and a token for them.
  store::UserRecord makeUser(const std::string& name, bool admin = false, bool disabled = false);
  [[nodiscard]] std::string tokenOf(const store::UserRecord& user) const;
  /// A message that is in the store.
  store::MessageRecord makeMessage(const base::ObjectId& conversation, store::ConversationKind kind,
                                   const base::ObjectId& sender, std::uint64_t seq,
                                   std::string body);

  [[nodiscard]] ToldChat& chat() { return chat_; }
  [[nodiscard]] const store::StoreStats& stats() { return backend_->stats(); }
  [[nodiscard]] base::ObjectIdGenerator& ids() { return ids_; }
  [[nodiscard]] base::Random& random() { return random_; }

 private:
  class NoSessions;
  [[nodiscard]] int connect() const;

  base::SystemClock clock_;
  base::SystemRandom random_;
  base::ObjectIdGenerator ids_{clock_, random_};
  TempFolder folder_;
  std::unique_ptr<store::Backend> backend_;
  base::ThreadPool writerThread_{"store-writer", 1};
  base::ThreadPool readerThreads_{"store-reader", 2};
  base::ThreadPool workers_{"worker", 2};
  base::ThreadPool fileThreads_{"files", 2};
  base::ThreadPool mailThread_{"mail", 1};
  std::unique_ptr<files::FileStore> files_;
  std::unique_ptr<store::StoreReaders> readers_;
  std::unique_ptr<store::StoreWriter> writer_;
  chat::Tokens tokens_{"a secret of at least thirty-two bytes"};
  ToldChat chat_;
  net::EpollLoop loop_{0, clock_, random_};
  std::unique_ptr<NoSessions> acceptor_;
  std::unique_ptr<engineio::Server> engine_;
  std::unique_ptr<api::HttpRoot> root_;
  std::unique_ptr<net::HttpServerContext> context_;
  std::unique_ptr<net::Listener> listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace rookery::test
