#include "rookery/net/loop.h"

#include <algorithm>

#include "rookery/base/check.h"
#include "rookery/base/schedule_point.h"

namespace rookery::net {
namespace {

constexpr std::chrono::milliseconds kLongestSleep{60'000};
// Writes of a turn, some 4 us each, and as many that are overdue: what a message waits for at most.
constexpr std::size_t kSlice = base::kIsSimulated ? 4 : 64;

class FunctionTask final : public Task {
 public:
  explicit FunctionTask(base::UniqueFunction<void()> work) : work_(std::move(work)) {}
  void run() override { work_(); }

 private:
  base::UniqueFunction<void()> work_;
};

}  // namespace

void Inbox::clear() {
  // What a task owns may post once more when it is destroyed.
  while (Task* task = newest_.exchange(nullptr)) {
    while (task != nullptr) delete std::exchange(task, task->next_);
  }
}

void Inbox::push(std::unique_ptr<Task> task) {
  Task* const node = task.release();
  size_.fetch_add(1, std::memory_order_relaxed);
  node->next_ = newest_.load(std::memory_order_relaxed);
  while (!newest_.compare_exchange_weak(node->next_, node, std::memory_order_seq_cst,
                                        std::memory_order_relaxed)) {
  }
}

std::size_t Inbox::run() {
  Task* oldest = nullptr;
  for (Task* task = newest_.exchange(nullptr, std::memory_order_acquire); task != nullptr;) {
    Task* const older = task->next_;
    task->next_ = oldest;
    oldest = std::exchange(task, older);
  }
  std::size_t count = 0;
  while (oldest != nullptr) {
    const std::unique_ptr<Task> task(std::exchange(oldest, oldest->next_));
    size_.fetch_sub(1, std::memory_order_relaxed);
    ++count;
    task->run();
  }
  return count;
}

/// Work with a deadline; owned by the loop until it has run.
struct Loop::Delayed {
  Delayed(Loop& owner, std::size_t at, base::UniqueFunction<void()> what)
      : loop(owner),
        index(at),
        work(std::move(what)),
        timer(this, [](void* self) { static_cast<Delayed*>(self)->run(); }) {}
  void run() {
    std::swap(loop.delayed_[index], loop.delayed_.back());
    loop.delayed_[index]->index = index;
    const std::unique_ptr<Delayed> self = std::move(loop.delayed_.back());
    loop.delayed_.pop_back();
    work();
  }

  Loop& loop;
  std::size_t index;  ///< in the loop's list
  base::UniqueFunction<void()> work;
  Timer timer;
};

Loop::Loop(unsigned index, const base::Clock& clock, base::Random& random)
    : index_(index),
      clock_(clock),
      random_(random),
      now_(clock.steady()),
      wheel_(now_),
      laterTimer_(this, [](void* self) {
        auto& loop = *static_cast<Loop*>(self);
        loop.turnEnd_.insert(loop.turnEnd_.end(), loop.laterTurnEnd_.begin(),
                             loop.laterTurnEnd_.end());
        loop.laterTurnEnd_.clear();
      }) {}

Loop::~Loop() = default;

void Loop::assertHere() const { ROOKERY_DCHECK(isHere()); }

void Loop::post(base::UniqueFunction<void()> work) {
  post(std::unique_ptr<Task>(std::make_unique<FunctionTask>(std::move(work))));
}

void Loop::post(std::unique_ptr<Task> task) {
  base::schedulePoint();
  inbox_.push(std::move(task));
  if (sleeping_.load() && sleeping_.exchange(false)) wake();
}

void Loop::postAfter(std::chrono::milliseconds delay, base::UniqueFunction<void()> work) {
  if (!isHere()) {
    post([this, delay, work = std::move(work)]() mutable { postAfter(delay, std::move(work)); });
    return;
  }
  delayed_.push_back(std::make_unique<Delayed>(*this, delayed_.size(), std::move(work)));
  arm(delayed_.back()->timer, delay);
}

void Loop::forgetTurnEnd(TurnEndListener& listener) {
  TurnEndListener* const nobody = nullptr;
  for (std::vector<TurnEndListener*>* const list : {&turnEnd_, &overdue_, &laterTurnEnd_}) {
    std::replace(list->begin(), list->end(), &listener, nobody);
  }
}

void Loop::atLaterTurnEnd(TurnEndListener& listener) {
  if (laterTurnEnd_.empty()) arm(laterTimer_, kCompany);
  laterTurnEnd_.push_back(&listener);
}

void Loop::dropWork() {
  inbox_.clear();
  delayed_.clear();
}

void Loop::bindToThisThread() { thread_ = std::this_thread::get_id(); }

void Loop::runDue() {
  now_ = clock_.steady();
  wheel_.advance(now_);
  inbox_.run();
}

void Loop::endTurn() {
  // Flushing may close a stream, whose handler may ask for another end of turn: until none does.
  // Who asked in this turn is first, so that few who have something do not wait for a crowd.
  const std::size_t overdue = std::min(overdue_.size(), overdueFrom_ + kSlice);
  std::size_t done = 0;
  do {
    for (; done < turnEnd_.size() && done < kSlice; ++done) {
      if (turnEnd_[done] != nullptr) turnEnd_[done]->onTurnEnd();
    }
    while (overdueFrom_ < overdue) {
      if (TurnEndListener* const one = overdue_[overdueFrom_++]) one->onTurnEnd();
    }
    sendGathered();
  } while (done < turnEnd_.size() && done < kSlice);
  if (overdueFrom_ > overdue_.size() / 2) {
    overdue_.erase(overdue_.begin(), overdue_.begin() + static_cast<std::ptrdiff_t>(overdueFrom_));
    overdueFrom_ = 0;
  }
  overdue_.insert(overdue_.end(), turnEnd_.begin() + static_cast<std::ptrdiff_t>(done),
                  turnEnd_.end());
  turnEnd_.clear();
  while (!graveyard_.empty()) {
    const auto freed = std::move(graveyard_);
    graveyard_.clear();
  }
}

std::chrono::milliseconds Loop::prepareToSleep() {
  sleeping_.store(true);
  if (!inbox_.isEmpty() || !turnEnd_.empty() || isBehind()) {
    sleeping_.store(false);
    return std::chrono::milliseconds(0);
  }
  return wheel_.untilNext(clock_.steady(), kLongestSleep);
}

}  // namespace rookery::net
