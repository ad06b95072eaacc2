#include "load/open_loop.h"

#include <algorithm>

#include "load/message.h"

namespace rookery::bench {
namespace {

constexpr double kSecond = 1e9;
constexpr std::uint64_t kSendsPerTurn = 64;

std::int64_t nanoseconds(double seconds) { return static_cast<std::int64_t>(seconds * kSecond); }

}  // namespace

OpenLoop::OpenLoop(Fleet& fleet, const Spec& spec, std::function<void(std::string_view)> mark)
    : fleet_(fleet), spec_(spec), bustle_(fleet, spec.bustle), mark_(std::move(mark)) {
  for (const Conversation& conversation : fleet.people().conversations) {
    std::vector<std::size_t> present;
    for (const std::size_t member : conversation.members) {
      const Client& client = *fleet.clients()[member];
      const bool hears = client.isReading() && !client.isIgnored();
      if (client.state() == Client::State::kReady && hears) present.push_back(member);
    }
    readers_.push_back(std::move(present));
  }
}

std::int64_t OpenLoop::dueAt(std::uint64_t number) const {
  return start_ + nanoseconds(static_cast<double>(number) / spec_.rate);
}

void OpenLoop::send(std::uint64_t number, std::int64_t due) {
  const std::size_t place = number % readers_.size();
  const std::vector<std::size_t>& readers = readers_[place];
  if (readers.empty()) return;
  const Conversation& conversation = fleet_.people().conversations[place];
  Client& sender = *fleet_.clients()[readers[number / readers_.size() % readers.size()]];
  Ledger& ledger = fleet_.ledger();
  const std::uint64_t message =
      ledger.add(place, due, static_cast<std::uint32_t>(readers.size()), due >= measuredFrom_);
  packet_.clear();
  appendMessage(packet_, conversation, ledger.ackId(message), ledger.clientMessageId(message),
                textFor(number, spec_.bodyBytes));
  sender.send(packet_);
  outcome_.lateness.record(now() - due);
}

void OpenLoop::sendDue(std::int64_t at) {
  for (std::uint64_t i = 0; i < kSendsPerTurn; ++i) {
    const std::int64_t due = dueAt(sent_);
    if (due > at || due >= measuredTo_) return;
    send(sent_++, due);
  }
}

OpenLoop::Outcome OpenLoop::run() {
  fleet_.ledger().begin();
  const std::uint64_t lostBefore = fleet_.lost();
  start_ = now() + nanoseconds(0.01);
  bustle_.begin(start_);
  measuredFrom_ = start_ + nanoseconds(spec_.warmup);
  measuredTo_ = measuredFrom_ + nanoseconds(spec_.seconds);
  bool isMeasuring = false;
  std::uint64_t eventsBefore = 0;
  std::uint64_t bytesBefore = 0;
  for (std::int64_t at = now(); at < measuredTo_; at = now()) {
    if (!isMeasuring && at >= measuredFrom_) {
      isMeasuring = true;
      eventsBefore = fleet_.events();
      bytesBefore = fleet_.bytes();
      mark_("begin");
    }
    sendDue(at);
    bustle_.turn(at);
    const std::int64_t due = std::min(dueAt(sent_), bustle_.nextDue());
    fleet_.turn(std::min(isMeasuring ? measuredTo_ : measuredFrom_, due));
  }
  outcome_.events = fleet_.events() - eventsBefore;
  outcome_.bytes = fleet_.bytes() - bytesBefore;
  mark_("end");
  // A sender that fell behind sends the rest, late: their latency says so.
  const std::int64_t until = now() + nanoseconds(spec_.drain);
  while (dueAt(sent_) < measuredTo_ && now() < until) {
    sendDue(now());
    fleet_.turn(0);
  }
  const std::int64_t last = now();
  fleet_.turnUntil(until, [this] { return fleet_.ledger().isComplete(); });
  outcome_.drained = static_cast<double>(now() - last) / kSecond;
  // What comes twice comes late.
  fleet_.turnUntil(now() + nanoseconds(0.05), [] { return false; });
  outcome_.bustle = bustle_.sent();
  outcome_.tally = fleet_.ledger().tally();
  outcome_.lost = fleet_.lost() - lostBefore;
  return std::move(outcome_);
}

}  // namespace rookery::bench
