#include "load/ledger.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace rookery::bench {
namespace {

std::optional<Heard::What> whatOf(std::string_view name) {
  if (name.ends_with("Confirmed")) return Heard::What::kConfirmed;
  if (name.ends_with("Failed")) return Heard::What::kFailed;
  if (name == "NewMessageReceived" || name == "roomMessageRecieved" ||
      name == "channelMessageSent" || name == "roomMessageSent") {
    return Heard::What::kOptimistic;
  }
  return std::nullopt;
}

/// The text behind the first `key` in `json`; empty when there is none.
std::string_view behind(std::string_view json, std::string_view key) {
  const void* const found = memmem(json.data(), json.size(), key.data(), key.size());
  if (found == nullptr) return {};
  const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - json.data());
  return json.substr(at + key.size());
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

}  // namespace

void Ledger::begin() {
  first_ += messages_.size();
  messages_.clear();
  outstanding_ = 0;
  disordered_ = foreign_ = failed_ = refused_ = 0;
  delivery = confirm = ack = Histogram();
}

std::uint64_t Ledger::add(std::size_t conversation, std::int64_t due, std::uint32_t readers,
                          bool isMeasured) {
  Message message;
  message.due = due;
  message.conversation = static_cast<std::uint32_t>(conversation);
  message.readers = readers;
  message.isMeasured = isMeasured;
  messages_.push_back(message);
  outstanding_ += std::int64_t{2} * readers + 1;
  return messages_.size() - 1;
}

std::string Ledger::clientMessageId(std::uint64_t message) const {
  return run_ + "." + std::to_string(messages_[message].conversation) + "." +
         std::to_string(first_ + message);
}

std::optional<Heard> Ledger::read(std::string_view event) {
  // `["name",{…}`: the name is looked at alone, so that no body can be taken for one.
  if (event.size() < 2 || event[1] != '"') return std::nullopt;
  const std::size_t end = event.find('"', 2);
  if (end == std::string_view::npos) return std::nullopt;
  const auto what = whatOf(event.substr(2, end - 2));
  if (!what) return std::nullopt;
  const std::string_view payload = event.substr(end);
  std::string_view id = behind(payload, "\"clientMessageId\":\"");
  const auto seq = number(behind(payload, "\"seq\":"));
  if (!id.starts_with(run_) || id.size() <= run_.size() || !seq) {
    ++foreign_;
    return std::nullopt;
  }
  id.remove_prefix(run_.size() + 1);
  const auto conversation = number(id);
  const auto given = number(id.substr(std::min(id.find('.'), id.size() - 1) + 1));
  if (!conversation || !given || *given >= first_ + messages_.size()) {
    ++foreign_;
    return std::nullopt;
  }
  Heard heard{*what, *conversation, std::nullopt, *seq};
  // A run that was given up, e.g. one beyond saturation, may still be worked off.
  if (*given >= first_) heard.message = *given - first_;
  return heard;
}

void Ledger::noteOrder(const Heard& heard, Position& position) {
  // After a failure its number, and those of all that failed with it, are given again.
  std::uint64_t& last =
      heard.what == Heard::What::kConfirmed ? position.confirmedSeq : position.optimisticSeq;
  if (heard.what != Heard::What::kFailed && last != 0 && heard.seq != last + 1) ++disordered_;
  last = heard.what == Heard::What::kFailed ? 0 : heard.seq;
}

void Ledger::note(const Heard& heard, Position& position, std::int64_t now) {
  noteOrder(heard, position);
  if (!heard.message) return;
  Message& message = messages_[*heard.message];
  switch (heard.what) {
    case Heard::What::kOptimistic:
      if (++message.optimistic <= message.readers) --outstanding_;
      if (message.isMeasured) delivery.record(now - message.due);
      break;
    case Heard::What::kConfirmed:
      if (++message.confirmed <= message.readers) --outstanding_;
      if (message.isMeasured) confirm.record(now - message.due);
      break;
    case Heard::What::kFailed:
      ++failed_;
      if (++message.failed <= message.readers) --outstanding_;
      break;
  }
}

void Ledger::noteAck(std::uint64_t ackId, bool success, std::int64_t now) {
  if (ackId < first_ || ackId - first_ >= messages_.size()) return;
  Message& acked = messages_[ackId - first_];
  if (++acked.acks == 1) --outstanding_;
  if (!success) {
    acked.isRefused = true;
    ++refused_;
    // Nothing was emitted, or …Failed was: nobody waits for more of this one.
    const std::int64_t due = std::int64_t{2} * acked.readers;
    const std::int64_t came = acked.optimistic + acked.confirmed + acked.failed;
    outstanding_ -= std::max<std::int64_t>(due - came, 0);
  } else if (acked.isMeasured) {
    ack.record(now - acked.due);
  }
}

Ledger::Tally Ledger::tally() const {
  Tally tally;
  tally.sent = messages_.size();
  tally.refused = refused_;
  tally.failed = failed_;
  tally.disordered = disordered_;
  tally.foreign = foreign_;
  for (const Message& message : messages_) {
    if (message.acks == 1 && !message.isRefused) ++tally.acked;
    if (message.acks > 1) ++tally.doubled;
    if (message.acks == 0) ++tally.missing;
    if (message.isRefused) continue;
    for (const std::uint32_t came : {message.optimistic, message.confirmed + message.failed}) {
      if (came < message.readers) tally.missing += message.readers - came;
      if (came > message.readers) tally.doubled += came - message.readers;
    }
  }
  return tally;
}

}  // namespace rookery::bench
