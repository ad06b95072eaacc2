#include "store/probe.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "load/message.h"
#include "rookery/base/object_id.h"
#include "rookery/store/database.h"

namespace rookery::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPages = 1024;
constexpr std::size_t kBodyBytes = 200;

[[noreturn]] void giveUp(const char* what) {
  std::perror(what);
  std::exit(1);
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

base::ObjectId numbered(std::uint64_t number) {
  base::ObjectId id;
  for (unsigned i = 0; i < 8; ++i) id.bytes[11 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  return id;
}

class Inserts {
 public:
  explicit Inserts(const std::string& path) {
    check(sqlite3_open(path.c_str(), &handle_));
    check(sqlite3_exec(handle_,
                       "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16384;"
                       "PRAGMA cache_size = -16384; PRAGMA cache_spill = OFF;",
                       nullptr, nullptr, nullptr));
    prepare("BEGIN IMMEDIATE", begin_);
    prepare("COMMIT", commit_);
    prepare("UPDATE meta SET value = ?1 WHERE key = 'last_commit_no'", keep_);
    prepare(
        "INSERT INTO messages (conversation_id, seq, id, commit_no, version, kind, status, "
        "sender_id, created_at, client_message_id, body) VALUES (?1, ?2, ?3, ?4, 1, 0, 0, ?5, ?6, "
        "?7, ?8)",
        insert_);
  }
  ~Inserts() {
    for (sqlite3_stmt* one : {begin_, commit_, keep_, insert_}) sqlite3_finalize(one);
    sqlite3_close(handle_);
  }
  Inserts(const Inserts&) = delete;
  Inserts& operator=(const Inserts&) = delete;

  void begin() { step(begin_); }
  void commit(std::uint64_t number) {
    sqlite3_bind_int64(keep_, 1, static_cast<std::int64_t>(number));
    step(keep_);
    step(commit_);
  }
  void insert(std::uint64_t number, std::uint64_t place, std::uint64_t seq) {
    const base::ObjectId conversation = numbered(1'000'000 + place);
    const base::ObjectId id = numbered(1'000'000'000 + number);
    const base::ObjectId sender = numbered(2'000'000 + place);
    const std::string clientId = "bare-" + std::to_string(number);
    const std::string_view body = textFor(number, kBodyBytes);
    blob(1, conversation);
    sqlite3_bind_int64(insert_, 2, static_cast<std::int64_t>(seq));
    blob(3, id);
    sqlite3_bind_int64(insert_, 4, static_cast<std::int64_t>(number));
    blob(5, sender);
    sqlite3_bind_int64(insert_, 6, 1'790'000'000'000 + static_cast<std::int64_t>(number));
    sqlite3_bind_text(insert_, 7, clientId.data(), static_cast<int>(clientId.size()),
                      SQLITE_STATIC);
    sqlite3_bind_text(insert_, 8, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    step(insert_);
  }

 private:
  void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    std::fprintf(stderr, "bare inserts: %s\n", sqlite3_errmsg(handle_));
    std::exit(1);
  }
  void prepare(const char* sql, sqlite3_stmt*& out) {
    check(sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &out, nullptr));
  }
  void blob(int place, const base::ObjectId& id) {
    sqlite3_bind_blob(insert_, place, id.bytes.data(), base::ObjectId::kBytes, SQLITE_STATIC);
  }
  void step(sqlite3_stmt* statement) {
    check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* keep_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace

Histogram measureSync(const std::string& folder, double seconds) {
  const std::string path = folder + "/sync-probe";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) giveUp(path.c_str());
  std::array<char, kPage> page{};
  for (std::size_t i = 0; i < kPages; ++i) {
    if (write(file, page.data(), kPage) != static_cast<ssize_t>(kPage)) giveUp("write");
  }
  if (fsync(file) != 0) giveUp("fsync");
  Histogram times;
  const auto start = Clock::now();
  for (std::size_t i = 0; since(start) < seconds; ++i) {
    page.fill(static_cast<char>(i));
    const auto before = Clock::now();
    if (pwrite(file, page.data(), kPage, static_cast<off_t>(i % kPages * kPage)) < 0 ||
        fdatasync(file) != 0) {
      giveUp("fdatasync");
    }
    times.record((Clock::now() - before).count());
  }
  close(file);
  unlink(path.c_str());
  return times;
}

BareLoop insertBare(const std::string& path, std::size_t group, std::size_t conversations,
                    double seconds) {
  {
    const auto made = store::sqliteBackend(path);  // the schema, with its indexes
    if (!made->openWriter()) giveUp(path.c_str());
  }
  Inserts inserts(path);
  std::vector<std::uint64_t> seqs(conversations);
  BareLoop done;
  const auto start = Clock::now();
  while (since(start) < seconds) {
    inserts.begin();
    for (std::size_t i = 0; i < group; ++i) {
      const std::uint64_t place = done.rows % conversations;
      inserts.insert(done.rows++, place, ++seqs[place]);
    }
    inserts.commit(done.rows);
    ++done.commits;
  }
  done.seconds = since(start);
  return done;
}

}  // namespace rookery::bench
