#include "sim/server.h"

#include <utility>

#include "rookery/base/check.h"

namespace rookery::sim {
namespace {

constexpr std::uint64_t kMostLoops = 3;

template <typename T>
T orDie(base::Result<T> result) {
  ROOKERY_CHECK(result.has_value());
  return std::move(*result);
}

chat::Options chatOptions(SeededRandom& random) {
  chat::Options options;
  options.search = random.oneIn(4);   // at this start: its pass takes most of the time
  options.grace = milliseconds{500};  // short, so that runs go beyond it
  return options;
}

}  // namespace

/// Engine.IO alone: clients of a run ask for nothing else.
class Server::Root final : public net::HttpService {
 public:
  explicit Root(engineio::Server& engine) : engine_(engine) {}
  std::optional<unsigned> ownerOf(const net::HttpHead& head) override {
    return engine_.ownerOf(head);
  }
  std::size_t bodyLimit(const net::HttpHead&) override { return 1'000'000; }
  void onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                 net::HttpResponder responder) override {
    engine_.onRequest(std::move(request), peer, std::move(responder));
  }
  void onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) override {
    engine_.onUpgrade(std::move(head), std::move(upgrade));
  }
  net::HttpResponse unreadable(const net::HttpHead*, unsigned status, std::string_view) override {
    net::HttpResponse response;
    response.status = status;
    return response;
  }

 private:
  engineio::Server& engine_;
};

Server::Server(Scheduler& scheduler, SeededRandom& random, const std::string& path,
               chat::Tokens& tokens, test::FailAt& plan)
    : writerThread_(scheduler, "store-writer"),
      tellerThread_(scheduler, "store-teller"),
      readerThread_(scheduler, "store-reader"),
      worker_(scheduler, "worker"),
      ids_(scheduler, random),
      backend_(store::sqliteBackend(path)) {
  std::vector<net::Loop*> loops;
  for (std::uint64_t i = 0, count = 1 + random.below(kMostLoops); i < count; ++i) {
    loops_.push_back(std::make_unique<SimLoop>(static_cast<unsigned>(i), scheduler, random));
    loops.push_back(loops_.back().get());
  }
  auto database = std::make_unique<test::FailingDatabase>(orDie(backend_->openWriter()), plan);
  std::vector<std::unique_ptr<store::Reader>> connections;
  connections.push_back(orDie(backend_->openReader()));
  reader_ = connections.front().get();
  readers_ = std::make_unique<store::StoreReaders>(std::move(connections), readerThread_);
  sockets_ = std::make_unique<socketio::Server>(socketio::Options(), loops);
  engine_ = std::make_unique<engineio::Server>(engineio::Options(), *sockets_, loops);
  chat_ = std::make_unique<chat::Chat>(
      chatOptions(random),
      chat::Chat::Parts{scheduler, random, ids_, *sockets_, *readers_, worker_, tokens});
  writer_ = std::make_unique<store::StoreWriter>(
      std::move(database), backend_->stats(), writerThread_, tellerThread_, scheduler,
      store::StoreWriter::Limits{.recordsPerCommit = 1 + random.below(8),
                                 .retryFor = milliseconds(100 + random.below(2'000))},
      [this](std::span<store::Settled> group) { chat_->onSettled(group); },
      [](const base::Error&) {});
  chat_->setWriter(*writer_);
  root_ = std::make_unique<Root>(*engine_);
  context_ = std::make_unique<net::HttpServerContext>(net::HttpServerContext{*root_, {}});
  chat_->takeUp();
}

Server::~Server() = default;

std::size_t Server::openStreams() const {
  std::size_t count = 0;
  for (const auto& loop : loops_) count += loop->openStreams();
  return count;
}

void Server::dropWork() {
  for (const auto& loop : loops_) loop->dropWork();
  for (SimExecutor* const executor : executors()) executor->dropWork();
}

void Server::stop() {
  for (const auto& loop : loops_) loop->stop();
  for (SimExecutor* const executor : executors()) executor->stop();
}

}  // namespace rookery::sim
