#include "torture/round.h"

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <optional>

#include "rookery/base/check.h"
#include "rookery/base/clock.h"
#include "rookery/base/encoding.h"
#include "rookery/base/random.h"
#include "rookery/chat/tokens.h"
#include "support/store/postgres_server.h"
#include "torture/disk/disk.h"
#include "torture/server_process.h"
#include "torture/wire.h"
#include "witness/world.h"

namespace rookery::torture {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr witness::World kWorld{.users = 10, .pairs = 4};
constexpr unsigned kDevices = 2;
constexpr std::uint64_t kLongestPauseMs = 20;
constexpr std::uint64_t kLongestRestMs = 800;  // between two troubles
constexpr std::uint64_t kLongestTroubleMs = 900;
constexpr seconds kCalmPatience{90};
constexpr seconds kDatabasePatience{30};
constexpr milliseconds kLastWords{1'500};
constexpr unsigned kDrainSeconds = 30;
constexpr base::WallMs kTokenLife = 30LL * 86'400'000;
constexpr milliseconds kRestartPause{20};
constexpr std::int64_t kLongestStepMs = 3'600'000;

class Round {
 public:
  Round(const Kind& kind, std::uint64_t seed, const fs::path& folder, const Tools& tools)
      : kind_(kind),
        random_(seed),
        folder_(folder),
        data_(folder / "data"),
        disk_(data_, "rookery.db", folder),
        tools_(tools),
        trace_(folder / "trace.txt") {
    fs::create_directories(data_);
    if (kind_.isPostgres) postgres_.emplace();
  }

  Report go(milliseconds play) {
    populate();
    server_.emplace(command(), environment(), folder_ / "server.log");
    start();
    makeClients();
    planTrouble();
    pass(play);
    calmDown();
    judge();
    return std::move(report_);
  }

 private:
  void trace(const std::string& what) {
    const auto now = std::chrono::duration_cast<milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    trace_ << now.count() << ' ' << what << '\n';
  }

  void pass(milliseconds time) {
    wire_.run(std::chrono::steady_clock::now() + time, [] { return false; });
  }

  [[nodiscard]] std::string storeUrl() {
    return kind_.isPostgres ? postgres_->databaseFor(data_)
                            : "sqlite:" + (data_ / "rookery.db").string();
  }

  void populate() {
    const auto backend = store::backendFor(storeUrl());
    auto database = backend->openWriter();
    ROOKERY_CHECK(database.has_value());
    places_ = witness::populate(**database, kWorld, clock_.wall());
  }

  [[nodiscard]] std::vector<std::string> command() {
    std::vector<std::string> all{tools_.server.string(),
                                 "serve",
                                 "--listen",
                                 "127.0.0.1:" + std::to_string(port_),
                                 "--data",
                                 data_.string(),
                                 "--loops",
                                 "2"};
    if (kind_.isPostgres) {
      all.emplace_back("--store");
      all.push_back(storeUrl());
    }
    // In half of the rounds troubles last longer than messages wait, which then fail.
    all.emplace_back("--set");
    all.emplace_back(random_.oneIn(2) ? "store.retryForMs=10000" : "store.retryForMs=200");
    for (const char* name : {"messages", "joins", "other", "history", "handshakes"}) {
      for (const char* part : {".rate=1000000", ".burst=1000000"}) {
        all.emplace_back("--set");
        all.push_back(std::string("limits.") + name + part);
      }
    }
    return all;
  }

  [[nodiscard]] std::vector<std::string> environment() const {
    std::vector<std::string> all{"ROOKERY_AUTH_SECRET=" + secret_};
    if (kind_.isPostgres) return all;
    for (std::string& one : disk_.environment(tools_.shim, kind_.trouble == Trouble::kNormalSync)) {
      all.push_back(std::move(one));
    }
    return all;
  }

  void start() {
    trace("the server is started");
    ++report_.starts;
    server_->start();
  }

  void makeClients() {
    const chat::Tokens tokens(secret_);
    for (unsigned user = 0; user < kWorld.users; ++user) {
      const std::string token = *tokens.issue({.userId = witness::userId(user),
                                               .email = "e",
                                               .username = witness::userName(user),
                                               .expiresAt = clock_.wall() + kTokenLife});
      for (unsigned device = 0; device < kDevices; ++device) {
        clients_.push_back(std::make_unique<witness::Client>(ground_, user, device, token));
        clients_.back()->start();
      }
    }
  }

  void planTrouble() {
    wire_.after(milliseconds(200 + random_.below(kLongestRestMs)), [this] {
      if (ground_.calm) return;
      restartIfEnded();
      ++report_.troubles;
      befall(kind_.trouble == Trouble::kAll ? anyTrouble() : kind_.trouble);
      planTrouble();
    });
  }

  Trouble anyTrouble() {
    constexpr Trouble kAny[] = {Trouble::kKill,      Trouble::kPause,     Trouble::kNoSpace,
                                Trouble::kBadWrites, Trouble::kBadSyncs,  Trouble::kShortWrites,
                                Trouble::kSlowSyncs, Trouble::kLostCache, Trouble::kClock};
    return kAny[random_.below(std::size(kAny))];
  }

  /// A bad sync ends the server, as it should: something starts it again, as systemd would.
  void restartIfEnded() {
    if (server_->isRunning()) return;
    trace("the server had ended by itself");
    disk_.faults().heal();
    if (random_.oneIn(2)) disk_.losePageCache(random_);
    start();
  }

  void befall(Trouble trouble) {
    trace(fmt::format("trouble {}", static_cast<int>(trouble)));
    DiskFaults& disk = disk_.faults();
    switch (trouble) {
      case Trouble::kKill:
        return killServer(false);
      case Trouble::kLostCache:
      case Trouble::kNormalSync:
        return killServer(true);
      case Trouble::kPause:
        server_->signal(SIGSTOP);
        return endLater([this] { server_->signal(SIGCONT); });
      case Trouble::kNoSpace:
        disk.noSpace = 1;
        return endLater([&disk] { disk.noSpace = 0; });
      case Trouble::kBadWrites:
        disk.badWriteOneIn = 20;
        return endLater([&disk] { disk.badWriteOneIn = 0; });
      case Trouble::kShortWrites:
        disk.shortWriteOneIn = 2;
        return endLater([&disk] { disk.shortWriteOneIn = 0; });
      case Trouble::kBadSyncs:
        disk.badSyncOneIn = 20;
        return endLater([&disk] { disk.badSyncOneIn = 0; });
      case Trouble::kSlowSyncs:
        disk.syncDelayMs = static_cast<std::uint32_t>(50 + random_.below(400));
        return endLater([&disk] { disk.syncDelayMs = 0; });
      case Trouble::kClock:
        disk.wallStepMs =
            static_cast<std::int64_t>(random_.below(2 * kLongestStepMs)) - kLongestStepMs;
        return;
      case Trouble::kDatabaseKill:
        return killDatabase();
      case Trouble::kDatabasePause:
        postgres_->pause(true);
        return endLater([this] { postgres_->pause(false); });
      case Trouble::kDatabaseCrash:
        if (random_.oneIn(2)) killServer(false);
        return random_.oneIn(2) ? killDatabase() : killServer(false);
      case Trouble::kAll:
        break;
    }
  }

  /// Troubles may overlap: what ends one ends with the round at the latest.
  void endLater(std::function<void()> end) {
    wire_.after(milliseconds(1 + random_.below(kLongestTroubleMs)), std::move(end));
  }

  void killServer(bool losesCache) {
    server_->signal(SIGKILL);
    ROOKERY_CHECK(server_->waitForEnd(kDrainSeconds).has_value());
    disk_.faults().heal();
    if (losesCache) disk_.losePageCache(random_);
    pass(kRestartPause);
    start();
  }

  void killDatabase() {
    postgres_->kill();
    pass(milliseconds(random_.below(kLongestTroubleMs)));
    postgres_->launch();
    wire_.run(std::chrono::steady_clock::now() + kDatabasePatience,
              [this] { return postgres_->isReady(); });
    if (!postgres_->isReady()) report_.problems.emplace_back("PostgreSQL does not start again");
  }

  void calmDown() {
    ground_.calm = true;
    trace("nothing new from now on");
    pass(milliseconds(kLongestTroubleMs));
    disk_.faults().heal();
    const SteadyTime end = std::chrono::steady_clock::now() + kCalmPatience;
    wire_.run(end, [this] {
      restartIfEnded();
      return std::all_of(clients_.begin(), clients_.end(),
                         [](const auto& client) { return client->isSettled(); });
    });
    pass(kLastWords);
    for (const auto& client : clients_) {
      client->markAlive();
      client->leaveForGood();
    }
    server_->signal(SIGTERM);
    const std::optional<int> code = server_->waitForEnd(kDrainSeconds);
    if (code != 0) {
      report_.problems.push_back(code ? fmt::format("the server ended with {}", *code)
                                      : std::string("the server does not end"));
    }
  }

  void judge() {
    const auto backend = store::backendFor(storeUrl());
    auto reader = backend->openReader();
    ROOKERY_CHECK(reader.has_value());
    const std::vector<witness::Stored> stored = witness::readBack(**reader, places_);
    for (const witness::Stored& one : stored) report_.stored += one.messages.size();
    for (const auto& [id, intent] : history_.intents) {
      report_.sent += intent.mayWrite;
      report_.confirmed += intent.accepted;
    }
    for (const witness::SocketLog& socket : history_.sockets) {
      for (const witness::Told& told : socket.told) {
        report_.failed += told.kind == witness::Told::Kind::kFailed;
      }
    }
    for (std::string& problem :
         witness::check(history_, stored, witness::readingsOf(**reader, kWorld))) {
      report_.problems.push_back(std::move(problem));
    }
  }

  const Kind& kind_;
  witness::SeededRandom random_;
  const fs::path folder_;
  const fs::path data_;
  Disk disk_;
  const Tools& tools_;
  std::ofstream trace_;
  const base::SystemClock clock_;
  base::SystemRandom systemRandom_;
  const std::string secret_ =
      fmt::format("{:016x}{:016x}", systemRandom_.next64(), systemRandom_.next64());
  const std::uint16_t port_ = freePort();
  Wire wire_{port_};
  witness::History history_;
  std::vector<witness::Place> places_;
  Report report_;
  std::optional<test::PostgresServer> postgres_;
  std::optional<ServerProcess> server_;
  witness::Playground ground_{
      .random = random_,
      .history = history_,
      .places = places_,
      .longestPauseMs = kLongestPauseMs,
      .after = [this](milliseconds delay,
                      std::function<void()> what) { wire_.after(delay, std::move(what)); },
      .connect = [this](witness::Peer& peer) { return wire_.connect(peer); },
      .trace = [this](const std::string& what) { trace(what); }};
  std::vector<std::unique_ptr<witness::Client>> clients_;
};

}  // namespace

Report runRound(const Kind& kind, std::uint64_t seed, milliseconds play, const fs::path& folder,
                const Tools& tools) {
  return Round(kind, seed, folder, tools).go(play);
}

}  // namespace rookery::torture
