#include "rookery/base/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <vector>

namespace rookery::base {
namespace {

using std::chrono::milliseconds;

TEST(ThreadPoolTest, OneThreadKeepsTheOrderOfPosting) {
  ThreadPool pool("order", 1);
  std::vector<int> ran;
  for (int i = 0; i < 1000; ++i) pool.post([&ran, i] { ran.push_back(i); });
  pool.stop();
  ASSERT_EQ(ran.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
}

TEST(ThreadPoolTest, StopRunsWhatIsQueuedAndMayBeRepeated) {
  std::atomic<int> ran{0};
  ThreadPool pool("stop", 3);
  for (int i = 0; i < 1000; ++i) pool.post([&] { ++ran; });
  pool.stop();
  EXPECT_EQ(ran, 1000);
  pool.stop();
}

TEST(ThreadPoolTest, ThreadsWorkAtTheSameTime) {
  ThreadPool pool("both", 2);
  std::promise<void> first;
  std::promise<void> second;
  std::promise<void> done;
  // Each waits for the other: one thread alone would never end.
  pool.post([&] {
    first.set_value();
    second.get_future().wait();
    done.set_value();
  });
  pool.post([&] {
    first.get_future().wait();
    second.set_value();
  });
  done.get_future().wait();
  pool.stop();  // before what its work refers to goes
}

TEST(ThreadPoolTest, DelayedWorkRunsInTheOrderOfItsDeadlinesAndNotEarly) {
  ThreadPool pool("delay", 1);
  std::vector<int> ran;
  std::promise<void> last;
  const auto start = std::chrono::steady_clock::now();
  SteadyTime firstRan{};
  pool.postAfter(milliseconds{40}, [&] {
    ran.push_back(3);
    last.set_value();
  });
  pool.postAfter(milliseconds{20}, [&] { ran.push_back(2); });
  pool.postAfter(milliseconds{10}, [&] {
    ran.push_back(1);
    firstRan = std::chrono::steady_clock::now();
  });
  last.get_future().wait();
  pool.stop();
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(firstRan - start, milliseconds{10});
}

TEST(ThreadPoolTest, StopDropsWhatIsDelayed) {
  bool ran = false;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = owned;
  ThreadPool pool("drop", 2);
  pool.postAfter(std::chrono::hours{1}, [&ran, owned = std::move(owned)] { ran = *owned == 1; });
  pool.stop();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(seen.expired());
}

TEST(ThreadPoolTest, LetsGoOfWhatWorkOwnsBeforeTheNext) {
  ThreadPool pool("own", 1);
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = owned;
  std::promise<bool> gone;
  pool.post([owned = std::move(owned)] { EXPECT_EQ(*owned, 1); });
  pool.post([&] { gone.set_value(seen.expired()); });
  EXPECT_TRUE(gone.get_future().get());
  pool.stop();
}

TEST(ThreadPoolTest, WorkMayPostWork) {
  ThreadPool pool("chain", 1);
  std::promise<void> done;
  pool.post(
      [&] { pool.post([&] { pool.postAfter(milliseconds{1}, [&] { done.set_value(); }); }); });
  done.get_future().wait();
  pool.stop();  // before what its work refers to goes
}

TEST(ThreadPoolTest, QueuedCountsWhatHasNotBegun) {
  ThreadPool pool("count", 1);
  std::promise<void> begun;
  std::promise<void> release;
  pool.post([&] {
    begun.set_value();
    release.get_future().wait();
  });
  begun.get_future().wait();
  pool.post([] {});
  pool.post([] {});
  EXPECT_EQ(pool.queued(), 2u);
  release.set_value();
  pool.stop();
  EXPECT_EQ(pool.queued(), 0u);
}

TEST(ThreadPoolTest, NamesItsThreads) {
  const auto nameOn = [](ThreadPool& pool) {
    std::string name;
    pool.post([&] {
      char text[16] = "";
      pthread_getname_np(pthread_self(), text, sizeof text);
      name = text;
    });
    pool.stop();
    return name;
  };
  ThreadPool alone("store-writer", 1);
  EXPECT_EQ(nameOn(alone), "store-writer");
  ThreadPool many("worker", 2);
  const std::string name = nameOn(many);
  EXPECT_TRUE(name == "worker-0" || name == "worker-1") << name;
}

}  // namespace
}  // namespace rookery::base
