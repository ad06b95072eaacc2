#include "rookery/net/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace rookery::net {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

void Timer::cancel() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void Timer::linkBefore(Timer& head) {
  previous_ = head.previous_;
  next_ = &head;
  previous_->next_ = this;
  head.previous_ = this;
}

TimerWheel::TimerWheel(base::SteadyTime start) : start_(start) {
  for (auto& level : slots_) {
    for (Timer& head : level) head.previous_ = head.next_ = &head;
  }
}

std::uint64_t TimerWheel::tickOf(base::SteadyTime time) const {
  if (time <= start_) return 0;
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(time - start_).count());
}

void TimerWheel::arm(Timer& timer, base::SteadyTime deadline) {
  timer.cancel();
  const base::SteadyTime roundedUp =
      deadline + std::chrono::milliseconds(1) - base::SteadyTime::duration(1);
  timer.tick_ = std::max(tickOf(roundedUp), tick_ + 1);
  insert(timer);
}

void TimerWheel::insert(Timer& timer) {
  constexpr std::uint64_t kReach = (1ULL << (kBits * kLevels)) - 1;
  const std::uint64_t distance = std::min(timer.tick_ - tick_, kReach);
  const unsigned level =
      distance == 0 ? 0 : static_cast<unsigned>(std::bit_width(distance) - 1) / kBits;
  // Beyond the reach it is put as far out as there is room, and goes round again from there.
  const std::uint64_t slot = (tick_ + distance) >> (kBits * level) & (kSlots - 1);
  timer.linkBefore(slots_[level][slot]);
  used_[level] |= 1ULL << slot;
}

std::uint64_t TimerWheel::nextEvent() const {
  std::uint64_t next = kNever;
  for (unsigned level = 0; level < kLevels; ++level) {
    const std::uint64_t present = tick_ >> (kBits * level);
    while (used_[level] != 0) {
      const std::uint64_t ahead =
          std::rotr(used_[level], static_cast<int>((present + 1) & (kSlots - 1)));
      const std::uint64_t at = present + 1 + static_cast<std::uint64_t>(std::countr_zero(ahead));
      const Timer& head = slots_[level][at & (kSlots - 1)];
      if (head.next_ == &head) {  // all of its timers were cancelled
        used_[level] &= ~(1ULL << (at & (kSlots - 1)));
        continue;
      }
      next = std::min(next, at << (kBits * level));
      break;
    }
  }
  return next;
}

void TimerWheel::cascade(unsigned level) {
  const std::uint64_t slot = tick_ >> (kBits * level) & (kSlots - 1);
  if ((used_[level] & 1ULL << slot) == 0) return;
  used_[level] &= ~(1ULL << slot);
  Timer& head = slots_[level][slot];
  // A timer beyond the reach may land in this same slot again: go through what is there now.
  Timer moved;
  moved.previous_ = moved.next_ = &moved;
  while (head.next_ != &head) {
    Timer& timer = *head.next_;
    timer.cancel();
    timer.linkBefore(moved);
  }
  while (moved.next_ != &moved) {
    Timer& timer = *moved.next_;
    timer.cancel();
    insert(timer);
  }
  moved.next_ = nullptr;
}

void TimerWheel::fire(Timer& head) {
  Timer due;
  due.previous_ = due.next_ = &due;
  while (head.next_ != &head) {
    Timer& timer = *head.next_;
    timer.cancel();
    timer.linkBefore(due);
  }
  while (due.next_ != &due) {
    Timer& timer = *due.next_;
    timer.cancel();
    timer.callback_(timer.owner_);  // may destroy the timer, or others that are due
  }
  due.next_ = nullptr;
}

void TimerWheel::advance(base::SteadyTime now) {
  const std::uint64_t target = tickOf(now);
  while (tick_ < target) {
    const std::uint64_t next = nextEvent();
    if (next > target) {
      tick_ = target;
      return;
    }
    tick_ = next;
    for (unsigned level = kLevels - 1; level > 0; --level) {
      const std::uint64_t below = (1ULL << (kBits * level)) - 1;
      if ((tick_ & below) == 0) cascade(level);
    }
    const std::uint64_t slot = tick_ & (kSlots - 1);
    used_[0] &= ~(1ULL << slot);
    fire(slots_[0][slot]);
  }
}

std::chrono::milliseconds TimerWheel::untilNext(base::SteadyTime now,
                                                std::chrono::milliseconds most) const {
  const std::uint64_t next = nextEvent();
  if (next == kNever) return most;
  const base::SteadyTime at = start_ + std::chrono::milliseconds(next);
  if (at <= now) return std::chrono::milliseconds(0);
  return std::min(most, std::chrono::ceil<std::chrono::milliseconds>(at - now));
}

}  // namespace rookery::net
