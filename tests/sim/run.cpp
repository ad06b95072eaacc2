#include "sim/run.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "rookery/base/check.h"
#include "sim/checker.h"
#include "sim/client.h"
#include "sim/server.h"

namespace rookery::sim {
namespace {

constexpr unsigned kUsers = 4;  // the last one is a stranger to most places
constexpr milliseconds kShortestPlay{2'000};
constexpr std::uint64_t kPlayMs = 3'000;
constexpr milliseconds kCalmPatience{180'000};
constexpr milliseconds kLastWords{2'000};

base::ObjectId idOf(std::uint8_t kind, unsigned number) {
  base::ObjectId id;
  id.bytes[4] = kind;
  id.bytes[11] = static_cast<std::uint8_t>(number + 1);
  return id;
}

class Run {
 public:
  Run(std::uint64_t seed, std::string path, bool isTraced)
      : random_(seed), scheduler_(random_), path_(std::move(path)), isTraced_(isTraced) {}

  Verdict go() {
    populate();
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

  /// Users, two rooms and two channels, as if they had been there for long.
  void populate() {
    const auto backend = store::sqliteBackend(path_);
    auto database = backend->openWriter();
    ROOKERY_CHECK(database.has_value());
    store::Database& db = **database;
    const auto must = [](const store::WriteResult& result) { ROOKERY_CHECK(result.ok()); };
    must(db.begin());
    const base::WallMs now = scheduler_.wall();
    for (unsigned i = 0; i < kUsers; ++i) {
      store::UserRecord user;
      user.id = idOf(1, i);
      user.username = "user" + std::to_string(i);
      user.email = user.username + "@example.org";
      user.passwordHash = "none";
      user.avatar = "/avatar/default.png";
      user.createdAt = user.updatedAt = now;
      must(db.insertUser(user));
    }
    store::WorkspaceRecord workspace;
    workspace.id = idOf(2, 0);
    workspace.name = "workspace";
    workspace.joinCode = "ABCDEF";
    must(db.insertWorkspace(workspace));
    for (unsigned i = 0; i + 1 < kUsers; ++i) {
      must(db.insertMember({.workspaceId = workspace.id, .userId = idOf(1, i)}));
    }
    for (unsigned i = 0; i < 2; ++i) {
      must(db.insertChannel({idOf(3, i), workspace.id, "channel" + std::to_string(i), now, now}));
      places_.push_back({idOf(3, i).hex(), true, {0, 1, 2}});
      must(db.insertRoom({.id = idOf(4, i), .senderId = idOf(1, i), .recieverId = idOf(1, i + 1)}));
      places_.push_back({idOf(4, i).hex(), false, {i, i + 1}});
    }
    must(db.commit());
  }

  void boot() { server_.emplace(scheduler_, random_, path_, tokens_, plan_); }

  void makeClients() {
    for (unsigned user = 0; user < kUsers; ++user) {
      const std::string token = *tokens_.issue({.userId = idOf(1, user),
                                                .email = "e",
                                                .username = "user" + std::to_string(user),
                                                .expiresAt = scheduler_.wall() + 86'400'000});
      for (unsigned device = 0; device < (user == 0 ? 2 : 1); ++device) {
        clients_.push_back(std::make_unique<Client>(ground_, user, device, token));
        clients_.back()->start();
      }
    }
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
    std::vector<Stored> stored;
    auto reader = server_->backend().openReader();
    ROOKERY_CHECK(reader.has_value());
    for (const Place& place : places_) {
      auto rows = (*reader)->messagesSince(*base::ObjectId::parse(place.id), 0, 1'000'000);
      ROOKERY_CHECK(rows.has_value());
      verdict.messages += rows->size();
      stored.push_back({place, std::move(*rows)});
    }
    for (std::string& problem : check(history_, stored)) {
      verdict.problems.push_back(std::move(problem));
    }
    verdict.steps = scheduler_.steps();
    verdict.crashes = crashes_;
    reader->reset();
    server_->stop();
    endLife();
  }

  SeededRandom random_;
  Scheduler scheduler_;
  const std::string path_;
  const bool isTraced_;
  chat::Tokens tokens_{"a secret for a world that is not real"};
  test::FailAt plan_;
  History history_;
  std::vector<Place> places_;
  std::vector<std::unique_ptr<SimLoop>> deadLoops_;
  std::optional<Server> server_;
  bool crashing_ = false;
  bool pendingRestart_ = false;
  unsigned crashes_ = 0;
  Playground ground_{scheduler_,
                     random_,
                     history_,
                     places_,
                     [this]() -> std::pair<SimLoop*, net::HttpServerContext*> {
                       if (!server_ || crashing_) return {nullptr, nullptr};
                       return {&server_->loop(random_.below(server_->loopCount())),
                               &server_->context()};
                     },
                     25ULL << random_.below(5),
                     false,
                     [this](const std::string& what) { trace(what); }};
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

Verdict runSeed(std::uint64_t seed, const std::string& folder, bool isTraced) {
  const std::string path = folder + "/world.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  return std::make_unique<Run>(seed, path, isTraced)->go();
}

}  // namespace rookery::sim
