#include "support/store/postgres_server.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <system_error>

#include "rookery/base/check.h"

namespace rookery::test {
namespace {

namespace fs = std::filesystem;

std::string binaries() {
  for (const char* version : {"17", "16", "15"}) {
    const std::string folder = std::string("/usr/lib/postgresql/") + version + "/bin/";
    if (fs::exists(folder + "postgres")) return folder;
  }
  std::fputs("Debian's package postgresql-15 is missing\n", stderr);
  std::abort();
}

/// PostgreSQL refuses to be run by root.
const passwd* serverUser() { return geteuid() == 0 ? getpwnam("postgres") : nullptr; }

void becomeServerUser() {
  const passwd* user = serverUser();
  if (user != nullptr && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
}

void giveToServerUser(const fs::path& path) {
  const passwd* user = serverUser();
  if (user != nullptr) ROOKERY_CHECK(chown(path.c_str(), user->pw_uid, user->pw_gid) == 0);
}

/// Runs a shell command as the server's user; what it printed.
std::string shell(const std::string& command) {
  int ends[2];
  ROOKERY_CHECK(pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = fork();
  if (child == 0) {
    becomeServerUser();
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    if (chdir("/") != 0) _exit(126);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) std::fprintf(stderr, "%s\n%s\n", command.c_str(), output.c_str());
  ROOKERY_CHECK(status == 0);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

/// Whoever adopts a process may be slow to bury it.
bool isAlive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name = line.rfind(')');
  return name != std::string::npos && line.substr(name, 3) != ") Z";
}

/// Setting a cluster up takes a second: it is done once and copied for each process.
fs::path pristineCluster() {
  const fs::path home =
      fs::temp_directory_path() / ("rookery-postgres-" + std::to_string(geteuid()));
  fs::create_directory(home);
  giveToServerUser(home);
  const int lock = open((home / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ROOKERY_CHECK(lock >= 0 && flock(lock, LOCK_EX) == 0);
  const fs::path cluster = home / "cluster";
  if (!fs::exists(cluster)) {
    shell(binaries() + "initdb --no-sync --auth=trust --username=postgres --encoding=UTF8 " +
          "--locale=C.UTF-8 --pgdata=" + (home / "fresh").string() + " > /dev/null && mv " +
          (home / "fresh").string() + " " + cluster.string());
  }
  close(lock);
  return cluster;
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer(const std::string& options) : options_(options) {
  std::string name = (fs::temp_directory_path() / "rookery-pg-XXXXXX").string();
  ROOKERY_CHECK(mkdtemp(name.data()) != nullptr);
  folder_ = name;
  giveToServerUser(folder_);
  shell("cp -a " + pristineCluster().string() + " " + (folder_ / "data").string());
  start();
}

PostgresServer::~PostgresServer() {
  crash();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresServer::start() {
  launch();
  for (int i = 0; i < 3000 && !isReady(); ++i) {
    ROOKERY_CHECK(waitpid(pid_, nullptr, WNOHANG) == 0);
    poll(nullptr, 0, 10);
  }
  ROOKERY_CHECK(isReady());
}

void PostgresServer::launch() {
  const std::string command =
      "exec " + binaries() + "postgres -D " + (folder_ / "data").string() + " -k " +
      folder_.string() + " -c listen_addresses= -c shared_buffers=16MB -c max_connections=40 " +
      options_ + " > " + (folder_ / "log").string() + " 2>&1";
  pid_ = fork();
  ROOKERY_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    becomeServerUser();
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
}

bool PostgresServer::isReady() const {
  // pg_ctl's own way: the last line of this file says how far the server is.
  std::ifstream file(folder_ / "data" / "postmaster.pid");
  std::string line;
  bool isOurs = false;
  for (int row = 1; std::getline(file, line); ++row) {
    if (row == 1) isOurs = std::atoi(line.c_str()) == pid_;
    if (row == 8 && isOurs && line.starts_with("ready")) return true;
  }
  return false;
}

void PostgresServer::crash() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGQUIT);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::vector<pid_t> PostgresServer::helpers() const {
  const std::string pid = std::to_string(pid_);
  std::ifstream file("/proc/" + pid + "/task/" + pid + "/children");
  std::vector<pid_t> all;
  for (pid_t one = 0; file >> one;) all.push_back(one);
  return all;
}

void PostgresServer::kill() {
  const std::vector<pid_t> all = helpers();
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
  for (const pid_t one : all) {
    while (isAlive(one)) poll(nullptr, 0, 5);
  }
}

void PostgresServer::pause(bool paused) {
  const int number = paused ? SIGSTOP : SIGCONT;
  ::kill(pid_, number);
  for (const pid_t one : helpers()) ::kill(one, number);
}

std::string PostgresServer::databaseFor(const fs::path& key) {
  static std::map<std::string, std::string> made;
  std::string& name = made[folder_.string() + key.string()];
  if (name.empty()) {
    name = "t" + std::to_string(made.size());
    shell(binaries() + "createdb -h " + folder_.string() + " -U postgres " + name);
  }
  return "postgresql:///" + name + "?host=" + folder_.string() + "&user=postgres";
}

std::string PostgresServer::ask(const std::string& url, const std::string& sql) const {
  return shell(binaries() + "psql -XAtq '" + url + "' -c \"" + sql + "\"");
}

}  // namespace rookery::test
