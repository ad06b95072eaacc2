#include "sim/scheduler.h"

#include <boost/context/pooled_fixedsize_stack.hpp>
#include <utility>

#include "rookery/base/check.h"
#include "rookery/base/schedule_point.h"

namespace rookery::sim {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;
constexpr base::SteadyTime kStart{std::chrono::hours{1}};

/// Stacks are used again by the next seed: mapping them anew took half the time of a run.
boost::context::pooled_fixedsize_stack& stacks() {
  static boost::context::pooled_fixedsize_stack pool(kStackBytes);
  return pool;
}

}  // namespace

class Scheduler::Thread {
 public:
  Thread(std::string threadName, std::function<void()> what)
      : name(std::move(threadName)), body(std::move(what)) {}

  const std::string name;
  std::function<void()> body;
  boost::context::fiber fiber;     ///< of this thread, while another runs
  boost::context::fiber returnTo;  ///< the scheduler, while this one runs
  bool runnable = true;
  bool ended = false;
  base::SteadyTime deadline = base::SteadyTime::max();
};

Scheduler::Scheduler(SeededRandom& random)
    : random_(random), now_(kStart), switchOneIn_(1ULL << random.below(6)) {
  current_ = this;
  base::simulatedSwitch = &Scheduler::atSchedulePoint;
}

Scheduler::~Scheduler() {
  for (const auto& thread : threads_) ROOKERY_CHECK(thread->ended);
  base::simulatedSwitch = nullptr;
  current_ = nullptr;
}

base::WallMs Scheduler::wall() const { return kEpoch + elapsed().count() + wallStep_; }

milliseconds Scheduler::elapsed() const {
  return std::chrono::duration_cast<milliseconds>(now_ - kStart);
}

Scheduler::Thread& Scheduler::spawn(std::string name, std::function<void()> body) {
  threads_.push_back(std::make_unique<Thread>(std::move(name), std::move(body)));
  Thread& thread = *threads_.back();
  thread.fiber = boost::context::fiber(std::allocator_arg, stacks(),
                                       [&thread](boost::context::fiber&& scheduler) {
                                         thread.returnTo = std::move(scheduler);
                                         thread.body();
                                         thread.ended = true;
                                         return std::move(thread.returnTo);
                                       });
  return thread;
}

void Scheduler::wake(Thread& thread) { thread.runnable = true; }

void Scheduler::sleepUntil(base::SteadyTime deadline) {
  ROOKERY_CHECK(running_ != nullptr);
  running_->runnable = deadline <= now_;
  running_->deadline = deadline;
  switchAway();
}

void Scheduler::giveWay() {
  if (running_ != nullptr) switchAway();
}

void Scheduler::atSchedulePoint(bool mustWait) {
  Scheduler* const self = current_;
  // Outside of the threads nothing can be held by one that is not running.
  if (self->running_ == nullptr) return;
  if (mustWait || self->random_.oneIn(self->switchOneIn_)) self->switchAway();
}

void Scheduler::switchAway() {
  Thread& thread = *running_;
  thread.returnTo = std::move(thread.returnTo).resume();
}

void Scheduler::resume(Thread& thread) {
  running_ = &thread;
  thread.deadline = base::SteadyTime::max();
  thread.fiber = std::move(thread.fiber).resume();
  running_ = nullptr;
}

void Scheduler::after(milliseconds delay, std::function<void()> what) {
  events_.emplace(now_ + delay, std::move(what));
}

bool Scheduler::step(base::SteadyTime end) {
  ++steps_;
  std::vector<Thread*> candidates;
  base::SteadyTime next = events_.empty() ? end : std::min(end, events_.begin()->first);
  for (const auto& thread : threads_) {
    if (thread->ended) continue;
    if (thread->runnable || thread->deadline <= now_) candidates.push_back(thread.get());
    next = std::min(next, thread->deadline);
  }
  const bool eventDue = !events_.empty() && events_.begin()->first <= now_;
  if (candidates.empty() && !eventDue) {
    if (next >= end) return false;
    now_ = std::max(now_, next);
    return true;
  }
  const std::size_t choice = random_.below(candidates.size() + (eventDue ? 1 : 0));
  if (choice < candidates.size()) {
    candidates[choice]->runnable = true;
    resume(*candidates[choice]);
  } else {
    const auto what = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    what();
  }
  return true;
}

void Scheduler::run(base::SteadyTime end, const std::function<bool()>& done) {
  while (!done() && step(end)) {
  }
}

bool Scheduler::runToTheEnd() {
  constexpr std::uint64_t kPatience = 1'000'000;
  for (std::uint64_t i = 0; i < kPatience; ++i) {
    bool isAnyLeft = false;
    for (const auto& thread : threads_) isAnyLeft = isAnyLeft || !thread->ended;
    if (!isAnyLeft) return true;
    if (!step(base::SteadyTime::max())) return false;
  }
  return false;
}

SimExecutor::SimExecutor(Scheduler& scheduler, std::string name)
    : scheduler_(scheduler), thread_(scheduler.spawn(std::move(name), [this] { body(); })) {}

void SimExecutor::post(base::UniqueFunction<void()> work) {
  base::schedulePoint();
  ready_.push_back(std::move(work));
  scheduler_.wake(thread_);
}

void SimExecutor::postAfter(milliseconds delay, base::UniqueFunction<void()> work) {
  delayed_.emplace(scheduler_.steady() + delay, std::move(work));
  scheduler_.wake(thread_);
}

void SimExecutor::stop() {
  stopping_ = true;
  scheduler_.wake(thread_);
}

void SimExecutor::body() {
  while (!stopping_) {
    while (!delayed_.empty() && delayed_.begin()->first <= scheduler_.steady()) {
      ready_.push_back(std::move(delayed_.begin()->second));
      delayed_.erase(delayed_.begin());
    }
    if (ready_.empty()) {
      scheduler_.sleepUntil(delayed_.empty() ? base::SteadyTime::max() : delayed_.begin()->first);
      continue;
    }
    auto work = std::move(ready_.front());
    ready_.pop_front();
    work();
    scheduler_.giveWay();
  }
  ready_.clear();
  delayed_.clear();
}

}  // namespace rookery::sim
