#pragma once

#include <mutex>

#include "rookery/base/schedule_point.h"

// Clang's thread-safety analysis (./dev lint) reads these; other compilers see nothing.
#if defined(__clang__)
#define ROOKERY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define ROOKERY_THREAD_ATTRIBUTE(x)
#endif
#define ROOKERY_CAPABILITY(name) ROOKERY_THREAD_ATTRIBUTE(capability(name))
#define ROOKERY_SCOPED_CAPABILITY ROOKERY_THREAD_ATTRIBUTE(scoped_lockable)
#define ROOKERY_GUARDED_BY(x) ROOKERY_THREAD_ATTRIBUTE(guarded_by(x))
#define ROOKERY_REQUIRES(...) ROOKERY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define ROOKERY_ACQUIRE(...) ROOKERY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define ROOKERY_RELEASE(...) ROOKERY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define ROOKERY_ASSERT_CAPABILITY(x) ROOKERY_THREAD_ATTRIBUTE(assert_capability(x))

namespace rookery::base {

/// The one lock of this code base: held for a few lines, never over I/O or a callback, so that
/// the simulation can make each acquisition a scheduling point.
#if defined(ROOKERY_SIMULATION)
class ROOKERY_CAPABILITY("mutex") Mutex {
 public:
  void lock() ROOKERY_ACQUIRE() {
    schedulePoint();
    while (held_) schedulePoint(true);
    held_ = true;
  }
  void unlock() ROOKERY_RELEASE() {
    held_ = false;
    schedulePoint();
  }

 private:
  bool held_ = false;  // one thread carries all simulated ones
};
#else
class ROOKERY_CAPABILITY("mutex") Mutex {
 public:
  void lock() ROOKERY_ACQUIRE() { mutex_.lock(); }
  void unlock() ROOKERY_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};
#endif

class ROOKERY_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ROOKERY_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() ROOKERY_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace rookery::base
