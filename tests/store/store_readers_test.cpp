#include "rookery/store/store_readers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "rookery/base/thread_pool.h"
#include "support/manual_executor.h"
#include "support/store_backends.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

class StoreReadersTest : public testing::TestWithParam<test::StoreKind> {
 protected:
  void SetUp() override {
    backend_ = GetParam().open(folder_.path());
    auto database = backend_->openWriter();
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_TRUE((*database)->begin().ok());
    ASSERT_TRUE((*database)->insertUser(test::userRecord(1)).ok());
    ASSERT_TRUE((*database)->commit().ok());
    database_ = std::move(*database);
  }
  std::vector<std::unique_ptr<Reader>> connections(std::size_t count) {
    std::vector<std::unique_ptr<Reader>> made;
    while (made.size() < count) {
      auto reader = backend_->openReader();
      EXPECT_TRUE(reader);
      made.push_back(std::move(*reader));
    }
    return made;
  }
  static base::UniqueFunction<Result<std::string>(Reader&)> nameOfUser1() {
    return [](Reader& reader) -> Result<std::string> {
      auto user = reader.user(test::userRecord(1).id);
      if (!user) return base::fail(user.error());
      return (*user)->username;
    };
  }

  test::TempFolder folder_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Database> database_;
};
INSTANTIATE_TEST_SUITE_P(All, StoreReadersTest, test::storeBackends(), test::backendName);

TEST_P(StoreReadersTest, AnswersOnTheExecutorThatAsked) {
  test::ManualExecutor pool;
  test::ManualExecutor loop;
  StoreReaders readers(connections(1), pool);
  std::vector<std::string> answers;
  readers.query<std::string>(loop, nameOfUser1(), [&](Result<std::string> name) {
    answers.push_back(name ? *name : name.error().message);
  });
  EXPECT_EQ(readers.waiting(), 1u);
  loop.runUntilIdle();
  EXPECT_TRUE(answers.empty());
  pool.runUntilIdle();
  EXPECT_TRUE(answers.empty()) << "answered on the pool";
  loop.runUntilIdle();
  EXPECT_EQ(answers, std::vector<std::string>{"user1"});
}

TEST_P(StoreReadersTest, RefusesBeyondItsLimitButNeverBeforeItReturns) {
  test::ManualExecutor pool;
  test::ManualExecutor loop;
  StoreReaders readers(connections(1), pool, 2);
  int served = 0;
  int refused = 0;
  for (int i = 0; i < 3; ++i) {
    readers.query<std::string>(loop, nameOfUser1(), [&](Result<std::string> name) {
      if (name) {
        ++served;
      } else {
        EXPECT_EQ(name.error().code, base::ErrorCode::kOverloaded);
        ++refused;
      }
    });
  }
  EXPECT_EQ(refused, 0);
  loop.runUntilIdle();
  EXPECT_EQ(refused, 1);
  pool.runUntilIdle();
  loop.runUntilIdle();
  EXPECT_EQ(served, 2);
}

TEST_P(StoreReadersTest, NeverMoreAtOnceThanThereAreConnections) {
  constexpr int kQueries = 500;
  base::ThreadPool pool("store-reader", 4);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> finished{0};
  std::promise<void> all;
  StoreReaders readers(connections(2), pool);
  // Runs answers where they come from: ManualExecutor belongs to one thread.
  class Counting final : public base::Executor {
   public:
    Counting(std::atomic<int>& count, std::promise<void>& end) : count_(count), end_(end) {}
    void post(base::UniqueFunction<void()> work) override {
      work();
      if (count_.fetch_add(1) + 1 == kQueries) end_.set_value();
    }
    void postAfter(std::chrono::milliseconds, base::UniqueFunction<void()> work) override {
      post(std::move(work));
    }

   private:
    std::atomic<int>& count_;
    std::promise<void>& end_;
  } replies(finished, all);
  for (int i = 0; i < kQueries; ++i) {
    readers.query<bool>(
        replies,
        [&](Reader& reader) -> Result<bool> {
          const int now = running.fetch_add(1) + 1;
          int seen = most.load();
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          const bool found = reader.user(test::userRecord(1).id).has_value();
          running.fetch_sub(1);
          return found;
        },
        [](Result<bool> found) { EXPECT_TRUE(found && *found); });
  }
  all.get_future().wait();
  pool.stop();
  EXPECT_LE(most.load(), 2);
  EXPECT_EQ(finished.load(), kQueries);
  EXPECT_EQ(readers.waiting(), 0u);
}

}  // namespace
}  // namespace rookery::store
