#include "load/fleet.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace rookery::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kEventsPerTurn = 128;  // few, so that what is due is sent on time
constexpr std::int64_t kConnectPatience = 120 * kSecond;
constexpr std::int64_t kJoinPatience = 60 * kSecond;
constexpr std::size_t kJoinsAtOnce = 200;  // a conversation that is being loaded lets 256 wait

bool isSuccess(std::string_view answer) {
  return answer.find("\"success\":true") != std::string_view::npos;
}

}  // namespace

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Fleet::Fleet(ClientSettings settings, const People& people, std::string run)
    : settings_(std::move(settings)),
      people_(people),
      ledger_(std::move(run)),
      buffer_(kBufferBytes),
      lastConfirmed_(people.conversations.size()) {
  settings_.epoll = epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < people.persons.size(); ++i) {
    clients_.push_back(std::make_unique<Client>(settings_, *this, people.persons[i], i));
  }
}

Fleet::~Fleet() {
  clients_.clear();
  close(settings_.epoll);
}

void Fleet::watch(int fd, std::function<void()> ready) {
  watched_ = fd;
  watchedReady_ = std::move(ready);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &watched_;
  epoll_ctl(settings_.epoll, EPOLL_CTL_ADD, fd, &event);
}

void Fleet::turn(std::int64_t until) {
  std::array<epoll_event, kEventsPerTurn> ready{};
  const std::int64_t wait = std::max<std::int64_t>(until - now(), 0);
  const timespec timeout{.tv_sec = wait / kSecond, .tv_nsec = wait % kSecond};
  const int count = epoll_pwait2(settings_.epoll, ready.data(), static_cast<int>(ready.size()),
                                 &timeout, nullptr);
  now_ = now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    if (event.data.ptr == &watched_) {
      watchedReady_();
      continue;
    }
    Wire& wire = *static_cast<Wire*>(event.data.ptr);
    // An earlier event of this turn may have ended the client; its sockets are closed then.
    if (!wire.isOpen()) continue;
    Client& client = wire.client();
    if (!client.isReading()) {
      client.onHangUp();
      continue;
    }
    if ((event.events & EPOLLOUT) != 0) client.onWritable(wire);
    if ((event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0 &&
        (client.state() == Client::State::kOpening || client.state() == Client::State::kReady)) {
      now_ = now();
      client.onReadable(wire, buffer_);
    }
  }
}

bool Fleet::turnUntil(std::int64_t until, const std::function<bool()>& done) {
  while (!done()) {
    if (now() >= until) return false;
    turn(until);
  }
  return true;
}

Fleet::Connected Fleet::connect(std::size_t count, std::size_t window, double rate) {
  Connected result;
  connecting_ = &result;
  inFlight_ = 0;
  const std::int64_t begin = now();
  std::size_t next = 0;
  std::size_t begun = 0;
  const std::size_t last = std::min(count, clients_.size());
  std::size_t wanted = last;
  while (result.ready + result.failed < wanted) {
    const std::int64_t at = now();
    if (at - begin > kConnectPatience) break;
    std::int64_t due = at;
    while (next < last && inFlight_ < window) {
      if (rate > 0) {
        due = begin + static_cast<std::int64_t>(static_cast<double>(begun) / rate * kSecond);
        if (due > at) break;
      }
      Client& client = *clients_[next++];
      if (client.state() == Client::State::kReady) {
        --wanted;
        continue;
      }
      ++begun;
      ++inFlight_;
      client.connect(rate > 0 ? due : now());
    }
    turn(due > at ? due : at + kSecond / 10);
  }
  result.failed = wanted - result.ready;
  result.seconds = static_cast<double>(now() - begin) / kSecond;
  connecting_ = nullptr;
  return result;
}

std::size_t Fleet::joinAll() {
  isJoining_ = true;
  joinsRefused_ = 0;
  std::uint64_t id = 0;
  const std::int64_t until = now() + kJoinPatience;
  for (const auto& client : clients_) {
    if (client->state() != Client::State::kReady) continue;
    for (const std::size_t place : client->person().conversations) {
      const Conversation& conversation = people_.conversations[place];
      client->send(
          conversation.isChannel()
              ? fmt::format(R"(42{}["JoinChannel",{{"channelId":"{}"}}])", id++, conversation.id)
              : fmt::format(R"(42{}["joinRoom",{{"roomId":"{}"}}])", id++, conversation.id));
      ++joining_;
      turnUntil(until, [this] { return joining_ < kJoinsAtOnce; });
    }
  }
  turnUntil(until, [this] { return joining_ == 0; });
  isJoining_ = false;
  return joinsRefused_ + joining_;
}

void Fleet::onReady(Client& client) {
  if (connecting_ == nullptr) return;
  --inFlight_;
  ++connecting_->ready;
  connecting_->latency.record(now_ - client.due());
}

void Fleet::onEnd(Client& client, std::string_view why) {
  if (client.isIgnored()) return;
  lastLoss_ = why;
  if (connecting_ != nullptr && inFlight_ > 0) {
    --inFlight_;
    ++connecting_->failed;
    ++connecting_->failures[lastLoss_];
  } else {
    ++lost_;
  }
}

void Fleet::onEvent(Client& client, std::string_view event) {
  ++events_;
  if (client.isIgnored()) return;
  const auto heard = ledger_.read(event);
  if (!heard) return;
  if (heard->what == Heard::What::kConfirmed) {
    constexpr std::string_view kId = R"({"_id":")";
    const std::size_t at = event.find(kId);
    if (at != std::string_view::npos) {
      lastConfirmed_[heard->conversation] = event.substr(at + kId.size(), 24);
    }
  }
  ledger_.note(*heard, client.positionIn(heard->conversation), now_);
}

void Fleet::onAck(Client& /*client*/, std::uint64_t id, std::string_view answer) {
  ++events_;
  if (isJoining_) {
    --joining_;
    if (!isSuccess(answer)) ++joinsRefused_;
    return;
  }
  ledger_.noteAck(id, isSuccess(answer), now_);
}

}  // namespace rookery::bench
