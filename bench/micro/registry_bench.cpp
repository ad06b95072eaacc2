// Who is where: looked up for every message, by 100 and by 100 000 users.

#include <benchmark/benchmark.h>

#include <vector>

#include "rookery/base/random.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/room.h"

namespace rookery::bench {
namespace {

struct Crowd {
  explicit Crowd(std::size_t size) {
    options.rates[static_cast<std::size_t>(chat::RateClass::kMessages)] = {1e9, 1e9};
    for (std::size_t i = 0; i < size; ++i) {
      store::UserRecord record;
      record.id = ids.next();
      record.username = "user-" + std::to_string(i);
      const chat::UserRef user = chat::makeUser(record, "");
      benchmark::DoNotOptimize(sockets.introduce(user, {}, {}, 0));
      static_cast<void>(
          sockets.connect(user, {{}, base::ShortString(std::string_view(record.username))}));
      users.push_back(record.id);
    }
  }

  chat::Options options;
  base::SystemClock clock;
  base::SystemRandom random;
  base::ObjectIdGenerator ids{clock, random};
  chat::SocketManager sockets{options, clock};
  std::vector<base::ObjectId> users;
};

/// A stride that is no divisor: each lookup is of somebody else.
constexpr std::size_t kStride = 7919;

void findUser(benchmark::State& state) {
  Crowd crowd(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(crowd.sockets.find(crowd.users[i]));
    i = (i + kStride) % crowd.users.size();
  }
}
BENCHMARK(findUser)->Arg(100)->Arg(100'000);

void spendRate(benchmark::State& state) {
  Crowd crowd(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(crowd.sockets.spend(crowd.users[i], chat::RateClass::kMessages));
    i = (i + kStride) % crowd.users.size();
  }
}
BENCHMARK(spendRate)->Arg(100)->Arg(100'000);

void findRoom(benchmark::State& state) {
  socketio::RoomTable table(2);
  std::vector<socketio::RoomRef> held;
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    names.push_back("conversation-" + std::to_string(i));
    held.push_back(table.get(names.back()));
  }
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.get(names[i]));
    i = (i + kStride) % names.size();
  }
}
BENCHMARK(findRoom)->Arg(100)->Arg(100'000);

}  // namespace
}  // namespace rookery::bench
