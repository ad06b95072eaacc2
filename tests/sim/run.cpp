#include "sim/run.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "rookery/base/check.h"
#include "sim/server.h"
#include "witness/world.h"

namespace rookery::sim {
namespace {

constexpr witness::World kWorld;
constexpr const char* kFirst = "/beginning.db";
constexpr const char* kWorldFile = "/world.db";
constexpr milliseconds kShortestPlay{2'000};
constexpr std::uint64_t kPlayMs = 3'000;
constexpr milliseconds kCalmPatience{180'000};
constexpr milliseconds kLastWords{2'000};

class Run {
 public:
  Run(std::uint64_t seed, const Beginning& beginning, bool isTraced)
      : random_(seed),
        scheduler_(random_),
        path_(beginning.copy()),
        isTraced_(isTraced),
        places_(beginning.places()) {}

  Verdict go() {
    boot();
    makeClients();
    planFaults();
    const milliseconds play = kShortestPlay + milliseconds(random_.below(kPlayMs));
    advanceThroughCrashes(play, [] { return false; });
    calmDown();
    Verdict verdict;
    leave(verdict);
    judge(verdict);
    return verdict;
  }

 private:
  void trace(const std::string& what) {
    if (isTraced_) fmt::print("{:>7} ms  {}\n", scheduler_.elapsed().count(), what);
  }

  void advance(milliseconds time, const std::function<bool()>& done) {
    scheduler_.run(scheduler_.steady() + time, done);
  }

  void boot() { server_.emplace(scheduler_, random_, path_, tokens_, plan_); }

  void makeClients() {
    for (unsigned user = 0; user < kWorld.users; ++user) {
      const std::string token = *tokens_.issue({.userId = witness::userId(user),
                                                .email = "e",
                                                .username = witness::userName(user),
                                                .expiresAt = scheduler_.wall() + 86'400'000});
      for (unsigned device = 0; device < (user == 0 ? 2 : 1); ++device) {
        clients_.push_back(std::make_unique<witness::Client>(ground_, user, device, token));
        clients_.back()->start();
      }
    }
  }

  std::unique_ptr<witness::Line> connect(witness::Peer& peer) {
    if (!server_ || crashing_) return nullptr;
    SimLoop& loop = server_->loop(random_.below(server_->loopCount()));
    return loop.connect(peer, server_->context());
  }

  void planFaults() {
    for (std::uint64_t i = random_.below(4); i > 0; --i) {
      scheduler_.after(milliseconds(random_.below(kPlayMs)), [this] { faultNow(); });
    }
  }

  void faultNow() {
    if (ground_.calm) return;
    switch (random_.below(5)) {
      case 0:
        trace("the store refuses one operation for now");
        return plan_.nth(1 + random_.below(8), store::WriteFault::kTransient);
      case 1:
        trace("the store refuses one operation for good");
        return plan_.nth(1 + random_.below(8), store::WriteFault::kStatement);
      case 2: {
        trace("the store takes no commits");
        plan_.everyCommit(store::WriteFault::kTransient);
        scheduler_.after(milliseconds(random_.below(15'000)), [this] {
          if (!crashing_) plan_.heal();
          trace("the store is well again");
        });
        return;
      }
      case 3:
        trace("the wall clock steps");
        return scheduler_.stepWall(
            milliseconds(static_cast<std::int64_t>(random_.below(7'200'000)) - 3'600'000));
      default:
        return crash();
    }
  }

  /// From one step to the next nothing gets out and nothing is stored any more; what has been
  /// committed but not told stays.
  void crash() {
    if (!server_) return;
    trace("the server is killed");
    ++crashes_;
    crashing_ = true;
    plan_.everyCommit(store::WriteFault::kTransient);
    for (const auto& client : clients_) client->lose();
    server_->stop();
    pendingRestart_ = true;
  }

  /// Outside of the scheduler's events: a crash ends all threads before the next life begins.
  void restartIfDead() {
    if (!std::exchange(pendingRestart_, false)) return;
    endLife();
    plan_.heal();
    crashing_ = false;
    trace("the server is started again");
    boot();
  }

  void endLife() {
    if (!scheduler_.runToTheEnd()) {
      fmt::print("a thread does not end: deadlock\n");
      std::abort();  // its stack cannot be unwound
    }
    server_->dropWork();
    for (auto& loop : server_->takeLoops()) deadLoops_.push_back(std::move(loop));
    server_.reset();
  }

  void advanceThroughCrashes(milliseconds time, const std::function<bool()>& done) {
    const base::SteadyTime end = scheduler_.steady() + time;
    while (scheduler_.steady() < end && !done()) {
      scheduler_.run(end, [&] { return pendingRestart_ || done(); });
      if (!pendingRestart_) return;
      restartIfDead();
    }
  }

  void calmDown() {
    ground_.calm = true;
    if (!crashing_) plan_.heal();
    trace("nothing new from now on");
    restartIfDead();
    advance(kCalmPatience, [this] {
      return std::all_of(clients_.begin(), clients_.end(),
                         [](const auto& client) { return client->isSettled(); });
    });
    advance(kLastWords, [] { return false; });
    for (const auto& client : clients_) client->markAlive();
  }

  void leave(Verdict& verdict) {
    for (const auto& client : clients_) client->leaveForGood();
    advance(kLastWords, [] { return false; });
    server_->chat().sweep();
    advance(kLastWords, [] { return false; });  // it writes down what it forgets
    if (server_->openStreams() != 0 || server_->chat().connectedSockets() != 0) {
      verdict.problems.emplace_back("memory is kept for sockets that are gone");
    }
    if (server_->chat().joinedConversations() != 0 || !server_->chat().connectedUsers().empty()) {
      verdict.problems.emplace_back("users who are gone are counted as present");
    }
    if (server_->writer().queuedRecords() != 0) {
      verdict.problems.emplace_back("the writer's queue is not empty at the end");
    }
  }

  void judge(Verdict& verdict) {
    const std::vector<witness::Stored> stored = witness::readBack(server_->reader(), places_);
    for (const witness::Stored& one : stored) verdict.messages += one.messages.size();
    for (std::string& problem :
         witness::check(history_, stored, witness::readingsOf(server_->reader(), kWorld))) {
      verdict.problems.push_back(std::move(problem));
    }
    verdict.steps = scheduler_.steps();
    verdict.crashes = crashes_;
    server_->stop();
    endLife();
  }

  SeededRandom random_;
  Scheduler scheduler_;
  const std::string path_;
  const bool isTraced_;
  chat::Tokens tokens_{"a secret for a world that is not real"};
  test::FailAt plan_;
  witness::History history_;
  const std::vector<witness::Place>& places_;
  std::vector<std::unique_ptr<SimLoop>> deadLoops_;
  std::optional<Server> server_;
  bool crashing_ = false;
  bool pendingRestart_ = false;
  unsigned crashes_ = 0;
  witness::Playground ground_{
      .random = random_,
      .history = history_,
      .places = places_,
      .longestPauseMs = 25ULL << random_.below(5),
      .after = [this](milliseconds delay,
                      std::function<void()> what) { scheduler_.after(delay, std::move(what)); },
      .connect = [this](witness::Peer& peer) { return connect(peer); },
      .trace = [this](const std::string& what) { trace(what); }};
  std::vector<std::unique_ptr<witness::Client>> clients_;
};

}  // namespace

Beginning::Beginning(std::string folder) : folder_(std::move(folder)) {
  const auto backend = store::sqliteBackend(folder_ + kFirst);
  auto database = backend->openWriter();
  ROOKERY_CHECK(database.has_value());
  places_ = witness::populate(**database, kWorld, Scheduler::kEpoch);
}

std::string Beginning::copy() const {
  const std::string path = folder_ + kWorldFile;
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
  std::filesystem::copy_file(folder_ + kFirst, path,
                             std::filesystem::copy_options::overwrite_existing);
  return path;
}

Verdict runSeed(std::uint64_t seed, const Beginning& beginning, bool isTraced) {
  return std::make_unique<Run>(seed, beginning, isTraced)->go();
}

}  // namespace rookery::sim
