#include "load/bustle.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace rookery::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr int kPerTurn = 64;

}  // namespace

Bustle::Bustle(Fleet& fleet, const Spec& spec)
    : fleet_(fleet), flappers_(std::min(spec.flappers, fleet.clients().size())) {
  series_[kTyping].rate = spec.typing;
  series_[kRead].rate = spec.read;
  series_[kReact].rate = spec.react;
  series_[kPresence].rate = spec.presence;
  series_[kFlap].rate = flappers_ == 0 ? 0 : spec.flaps;
  for (std::size_t i = 0; i < flappers_; ++i) {
    fleet_.clients()[fleet_.clients().size() - 1 - i]->ignore();
  }
}

std::int64_t Bustle::dueAt(const Series& series) const {
  if (series.rate <= 0) return std::numeric_limits<std::int64_t>::max();
  return start_ +
         static_cast<std::int64_t>(static_cast<double>(series.done) / series.rate * kSecond);
}

std::int64_t Bustle::nextDue() const {
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  for (const Series& series : series_) next = std::min(next, dueAt(series));
  return next;
}

std::uint64_t Bustle::sent() const {
  std::uint64_t sum = 0;
  for (const Series& series : series_) sum += series.done;
  return sum;
}

void Bustle::turn(std::int64_t at) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    Series& series = series_[kind];
    for (int i = 0; i < kPerTurn && dueAt(series) <= at; ++i) {
      act(static_cast<Kind>(kind), series.done++);
    }
  }
}

void Bustle::act(Kind kind, std::uint64_t number) {
  if (kind == kFlap) return flap(number);
  const std::size_t steady = fleet_.clients().size() - flappers_;
  Client& client = *fleet_.clients()[number % steady];
  if (client.state() != Client::State::kReady || client.person().conversations.empty()) return;
  const std::size_t place = client.person().conversations.front();
  const Conversation& conversation = fleet_.people().conversations[place];
  const std::string where = fmt::format(
      R"("{}":"{}")", conversation.isChannel() ? "channelId" : "roomId", conversation.id);
  const std::string& message = fleet_.lastConfirmed(place);
  // In the second round of all clients each does the opposite of what it did in the first.
  const bool isAgain = number / steady % 2 == 1;
  switch (kind) {
    case kTyping:
      return client.send(
          fmt::format(R"(42["typing",{{{},"isTyping":{}}}])", where, isAgain ? "false" : "true"));
    case kRead:
      if (message.empty()) return;
      return client.send(fmt::format(R"(42["markRead",{{{},"messageId":"{}"}}])", where, message));
    case kReact:
      if (message.empty()) return;
      return client.send(fmt::format(R"(42["{}Reaction",{{"messageId":"{}","emoji":"+1"}}])",
                                     isAgain ? "remove" : "add", message));
    default:
      return client.send(
          fmt::format(R"(42["setPresence",{{"status":"{}"}}])", isAgain ? "online" : "away"));
  }
}

void Bustle::flap(std::uint64_t number) {
  Client& client = *fleet_.clients()[fleet_.clients().size() - 1 - number % flappers_];
  if (client.state() == Client::State::kReady) {
    client.vanish();
  } else if (client.state() != Client::State::kOpening) {
    client.connect(now());
  }
}

}  // namespace rookery::bench
