#include "load/closed_loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "load/message.h"

namespace rookery::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPatience = 10 * kSecond;
constexpr std::size_t kBodyBytes = 200;

}  // namespace

ClosedLoop::ClosedLoop(Fleet& fleet, const Spec& spec, std::function<void(std::string_view)> mark)
    : fleet_(fleet), spec_(spec), mark_(std::move(mark)) {
  const std::vector<Conversation>& places = fleet.people().conversations;
  readers_.resize(places.size());
  for (std::size_t place = 0; place < places.size(); ++place) {
    for (const std::size_t member : places[place].members) {
      readers_[place] += fleet.clients()[member]->state() == Client::State::kReady;
    }
  }
  for (std::size_t turn = 0; senders_.size() < spec.senders; ++turn) {
    const std::size_t before = senders_.size();
    for (std::size_t place = 0; place < places.size() && senders_.size() < spec.senders; ++place) {
      if (turn < places[place].members.size()) {
        senders_.push_back({.place = place, .client = places[place].members[turn]});
      }
    }
    if (senders_.size() == before) break;
  }
}

void ClosedLoop::send(Sender& sender, bool isMeasured) {
  Ledger& ledger = fleet_.ledger();
  sender.message = ledger.add(sender.place, now(), readers_[sender.place], isMeasured);
  packet_.clear();
  appendMessage(packet_, fleet_.people().conversations[sender.place], ledger.ackId(sender.message),
                ledger.clientMessageId(sender.message), textFor(sender.message, kBodyBytes));
  fleet_.clients()[sender.client]->send(packet_);
}

void ClosedLoop::sendWhereAnswered(bool isMeasured) {
  for (Sender& sender : senders_) {
    if (fleet_.ledger().isAnswered(sender.message)) send(sender, isMeasured);
  }
}

ClosedLoop::Outcome ClosedLoop::run() {
  Ledger& ledger = fleet_.ledger();
  ledger.begin();
  Outcome outcome;
  const std::uint64_t lostBefore = fleet_.lost();
  const std::int64_t from = now() + static_cast<std::int64_t>(spec_.warmup * kSecond);
  const std::int64_t to = from + static_cast<std::int64_t>(spec_.seconds * kSecond);
  for (Sender& sender : senders_) send(sender, false);
  bool isMeasuring = false;
  std::uint64_t ackedBefore = 0;
  for (std::int64_t at = now(); at < to; at = now()) {
    if (!isMeasuring && at >= from) {
      isMeasuring = true;
      ackedBefore = ledger.tally().acked;
      mark_("begin");
    }
    fleet_.turn(isMeasuring ? to : from);
    sendWhereAnswered(isMeasuring);
  }
  outcome.confirmed = ledger.tally().acked - ackedBefore;
  mark_("end");
  fleet_.turnUntil(now() + kPatience, [&] { return ledger.isComplete(); });
  outcome.tally = ledger.tally();
  outcome.lost = fleet_.lost() - lostBefore;
  return outcome;
}

}  // namespace rookery::bench
