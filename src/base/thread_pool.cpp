#include "rookery/base/thread_pool.h"

#include <pthread.h>
#include <sys/resource.h>

#include <utility>

namespace rookery::base {

namespace {
constexpr int kLowNice = 10;  // a tenth of the share of a thread at 0
}  // namespace

void nameThisThread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

ThreadPool::ThreadPool(std::string name, std::size_t threads, Importance importance) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back(
        [this, importance, label = threads == 1 ? name : name + "-" + std::to_string(i)] {
          nameThisThread(label);
          // On Linux a thread has a nice value of its own. Where it may not be raised, all stay
          // equal.
          if (importance == Importance::kLow) setpriority(PRIO_PROCESS, 0, kLowNice);
          run();
        });
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::post(UniqueFunction<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void ThreadPool::postAfter(std::chrono::milliseconds delay, UniqueFunction<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    delayed_.emplace(std::chrono::steady_clock::now() + delay, std::move(work));
  }
  changed_.notify_one();
}

std::size_t ThreadPool::queued() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    delayed_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ThreadPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (!delayed_.empty() && delayed_.begin()->first <= std::chrono::steady_clock::now()) {
      ready_.push_back(std::move(delayed_.begin()->second));
      delayed_.erase(delayed_.begin());
    }
    if (!ready_.empty()) {
      UniqueFunction<void()> work = std::move(ready_.front());
      ready_.pop_front();
      lock.unlock();
      work();
      work = nullptr;  // what it owns is released outside the lock
      lock.lock();
      continue;
    }
    if (stopping_) return;
    if (delayed_.empty()) {
      changed_.wait(lock);
    } else {
      const SteadyTime next = delayed_.begin()->first;
      changed_.wait_until(lock, next);
    }
  }
}

}  // namespace rookery::base
