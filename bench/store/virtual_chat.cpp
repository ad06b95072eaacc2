#include "store/virtual_chat.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "load/message.h"
#include "load/websocket.h"
#include "memory_net/memory_loop.h"
#include "rookery/base/thread_pool.h"
#include "rookery/chat/chat.h"
#include "rookery/chat/tokens.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::bench {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReaders = 2;
constexpr std::size_t kBodyBytes = 200;
constexpr std::size_t kConnectsAtOnce = 200;
constexpr milliseconds kLongestSleep{20};
constexpr std::chrono::seconds kPatience{10};

[[noreturn]] void giveUp(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

chat::Options unlimited() {
  chat::Options options;
  for (base::RateLimit& rate : options.rates) rate = {.rate = 1e9, .burst = 1e9};
  return options;
}

/// A client: its end of the connection is the stream's memory.
struct Sender {
  test::MemoryStream* stream = nullptr;
  const Conversation* place = nullptr;
  bool isUpgraded = false;
  bool isWaiting = false;  ///< for an acknowledgement
  std::uint64_t sent = 0;
  Clock::time_point sentAt{};
};

}  // namespace

struct VirtualChat::Impl {
  Impl(const std::string& url, const std::string& secret, const People& who);
  void connect(std::size_t count);
  void join(std::size_t index);
  [[nodiscard]] const Person& personOf(std::size_t index) const {
    return people.persons[index % people.persons.size()];
  }
  void send(std::size_t index);
  void onWire(std::size_t index, std::string_view wire);
  void onText(std::size_t index, std::string_view text);
  void say();
  void turn();

  const People& people;
  base::SystemClock clock;
  base::SystemRandom random;
  base::ObjectIdGenerator ids{clock, random};
  chat::Tokens tokens;
  std::unique_ptr<store::Backend> backend;
  base::ThreadPool readerThreads{"store-reader", kReaders};
  base::ThreadPool writerThread{"store-writer", 1};
  base::ThreadPool tellerThread{"store-teller", 1};
  base::ThreadPool workers{"worker", 1};
  test::MemoryLoop loop{clock, random};
  std::unique_ptr<store::StoreReaders> readers;
  std::optional<socketio::Server> sockets;
  std::optional<engineio::Server> engine;
  std::optional<engineio::Endpoint> endpoint;
  std::optional<net::HttpServerContext> context;
  std::unique_ptr<chat::Chat> chat;
  std::unique_ptr<store::StoreWriter> writer;

  std::vector<Sender> senders;
  std::vector<std::pair<std::size_t, std::string>> toSay;
  std::vector<std::size_t> toSend;
  std::vector<std::size_t> sending;
  std::size_t ready = 0;
  std::size_t joined = 0;
  bool joins = false;
  std::size_t active = 0;  ///< so many of the senders send
  bool isMeasuring = false;
  std::string run;  ///< makes ids unique over the runs on one store
  std::string packet;
  std::string frame;
  Outcome outcome;
};

VirtualChat::Impl::Impl(const std::string& url, const std::string& secret, const People& who)
    : people(who), tokens(secret), backend(store::backendFor(url)) {
  auto database = backend->openWriter();
  if (!database) giveUp(database.error().message);
  std::vector<std::unique_ptr<store::Reader>> connections;
  for (std::size_t i = 0; i < kReaders; ++i) {
    auto reader = backend->openReader();
    if (!reader) giveUp(reader.error().message);
    connections.push_back(std::move(*reader));
  }
  readers = std::make_unique<store::StoreReaders>(std::move(connections), readerThreads);
  sockets.emplace(socketio::Options(), std::vector<net::Loop*>{&loop});
  engine.emplace(engineio::Options(), *sockets, std::vector<net::Loop*>{&loop});
  endpoint.emplace(*engine);
  context.emplace(net::HttpServerContext{.service = *endpoint, .limits = {}});
  chat = std::make_unique<chat::Chat>(
      unlimited(), chat::Chat::Parts{clock, random, ids, *sockets, *readers, workers, tokens});
  writer = std::make_unique<store::StoreWriter>(
      std::move(*database), backend->stats(), writerThread, tellerThread, clock,
      store::StoreWriter::Limits{},
      [this](std::span<store::Settled> group) { chat->onSettled(group); },
      [](const base::Error& error) { giveUp(error.message); });
  chat->setWriter(*writer);
  chat->takeUp();
  run = fmt::format("v{:x}", random.next64());
}

void VirtualChat::Impl::connect(std::size_t count) {
  const std::size_t from = senders.size();
  senders.resize(count);
  for (std::size_t i = from; i < count; ++i) {
    senders[i].stream = &loop.connect(*context);
    senders[i].place = &people.conversations[personOf(i).conversations.front()];
    senders[i].stream->listen([this, i](std::string_view wire) { onWire(i, wire); });
    loop.turn([&] {
      senders[i].stream->arrive(upgradeRequest("virtual", "/socket.io/?EIO=4&transport=websocket"));
    });
  }
  while (ready < count) turn();
}

void VirtualChat::Impl::join(std::size_t index) {
  for (const std::size_t place : personOf(index).conversations) {
    const Conversation& one = people.conversations[place];
    toSay.emplace_back(
        index, one.isChannel() ? fmt::format(R"(420["JoinChannel",{{"channelId":"{}"}}])", one.id)
                               : fmt::format(R"(420["joinRoom",{{"roomId":"{}"}}])", one.id));
  }
}

/// From within a turn of the loop.
void VirtualChat::Impl::send(std::size_t index) {
  Sender& sender = senders[index];
  packet.clear();
  const std::uint64_t number = sender.sent++;
  appendMessage(packet, *sender.place, number, fmt::format("{}-{}-{}", run, index, number),
                textFor(number, kBodyBytes));
  frame.clear();
  appendFrame(frame, Opcode::kText, packet);
  sender.isWaiting = true;
  sender.sentAt = Clock::now();
  sender.stream->arrive(frame);
}

/// What the server wrote is a frame each; what is to be said about it is said in the next turn.
void VirtualChat::Impl::onWire(std::size_t index, std::string_view wire) {
  if (!std::exchange(senders[index].isUpgraded, true)) return;  // the head of the answer
  ServerFrame one;
  if (readFrame(wire, one) != FrameState::kWhole) giveUp("not a whole frame");
  if (one.opcode == Opcode::kText) onText(index, one.payload);
}

void VirtualChat::Impl::onText(std::size_t index, std::string_view text) {
  Sender& sender = senders[index];
  if (text.starts_with("43")) {
    if (text.find("\"success\":true") == std::string_view::npos) giveUp(std::string(text));
    if (joins) {
      ++joined;
      return;
    }
    sender.isWaiting = false;
    if (isMeasuring) {
      ++outcome.confirmed;
      outcome.ack.record((Clock::now() - sender.sentAt).count());
    }
    if (index < active) toSend.push_back(index);
  } else if (text.starts_with('0')) {
    toSay.emplace_back(index, "40{\"token\":\"" + personOf(index).token + "\"}");
  } else if (text.starts_with("40")) {
    ++ready;
    if (joins && index < people.persons.size()) join(index);
  } else if (text == "2") {
    toSay.emplace_back(index, "3");
  } else if (text.starts_with("44")) {
    giveUp(std::string(text));
  }
}

void VirtualChat::Impl::say() {
  for (const auto& [index, text] : std::exchange(toSay, {})) {
    frame.clear();
    appendFrame(frame, Opcode::kText, text);
    senders[index].stream->arrive(frame);
  }
  sending.swap(toSend);
  for (const std::size_t index : sending) send(index);
  sending.clear();
}

void VirtualChat::Impl::turn() {
  const milliseconds rest = loop.turn([this] { say(); }, 1);
  if (rest.count() > 0 && toSay.empty() && toSend.empty())
    loop.sleep(std::min(rest, kLongestSleep));
}

VirtualChat::VirtualChat(const std::string& url, const std::string& secret, const People& people)
    : impl_(std::make_unique<Impl>(url, secret, people)) {}

VirtualChat::~VirtualChat() {
  bool isDrained = false;
  impl_->writer->close([&] { impl_->loop.post([&] { isDrained = true; }); });
  while (!isDrained) impl_->turn();
  impl_->readerThreads.stop();
  impl_->workers.stop();
  impl_->writerThread.stop();
  impl_->tellerThread.stop();
  impl_->loop.dropWork();
  // The loop outlives the senders, and ends with a turn.
  for (const Sender& sender : impl_->senders) sender.stream->listen({});
}

void VirtualChat::connect(std::size_t sessions) {
  Impl& it = *impl_;
  it.joins = true;
  it.senders.reserve(sessions);
  // Few at a time, as over a network: what waits to be said would else be most of the memory.
  std::size_t joins = it.joined;
  while (it.senders.size() < sessions) {
    const std::size_t from = it.senders.size();
    it.connect(std::min(sessions, from + kConnectsAtOnce));
    for (std::size_t i = from; i < std::min(it.senders.size(), it.people.persons.size()); ++i) {
      joins += it.personOf(i).conversations.size();
    }
    while (it.joined < joins) it.turn();
  }
  it.joins = false;
}

double VirtualChat::idle(double seconds) {
  const auto cpu = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double before = cpu();
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < until) impl_->turn();
  return (cpu() - before) / seconds;
}

VirtualChat::Outcome VirtualChat::run(std::size_t senders, double warmup, double seconds) {
  Impl& it = *impl_;
  if (it.senders.empty()) it.connect(it.people.persons.size());
  it.outcome = {};
  it.active = senders;
  it.loop.turn([&] {
    for (std::size_t i = 0; i < senders; ++i) it.send(i);
  });
  const auto from = Clock::now() + std::chrono::duration<double>(warmup);
  while (Clock::now() < from) it.turn();
  const std::uint64_t commits = it.backend->stats().commits;
  it.isMeasuring = true;
  const auto start = Clock::now();
  while (Clock::now() < start + std::chrono::duration<double>(seconds)) it.turn();
  it.isMeasuring = false;
  it.outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  it.outcome.commits = it.backend->stats().commits - commits;
  it.active = 0;
  const auto isWaiting = [](const Sender& sender) { return sender.isWaiting; };
  const auto until = Clock::now() + kPatience;
  while (std::ranges::any_of(it.senders, isWaiting) && Clock::now() < until) it.turn();
  if (const auto left = std::ranges::count_if(it.senders, isWaiting); left > 0) {
    giveUp(fmt::format("{} messages were never answered", left));
  }
  return std::move(it.outcome);
}

}  // namespace rookery::bench
