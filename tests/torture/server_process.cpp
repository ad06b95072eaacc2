#include "torture/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "rookery/base/check.h"

extern char** environ;

namespace rookery::torture {
namespace {

constexpr int kPollMs = 5;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> command, std::vector<std::string> environment,
                             std::filesystem::path log)
    : command_(std::move(command)), environment_(std::move(environment)), log_(std::move(log)) {}

ServerProcess::~ServerProcess() {
  if (!isRunning()) return;
  signal(SIGKILL);
  reap(0);
}

void ServerProcess::start() {
  std::vector<std::string> variables = environment_;
  for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
  const std::vector<char*> arguments = pointers(command_);
  const std::vector<char*> environment = pointers(variables);
  pid_ = fork();
  ROOKERY_CHECK(pid_ >= 0);
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execve(arguments.front(), arguments.data(), environment.data());
  _exit(127);
}

bool ServerProcess::reap(int options) {
  if (pid_ == 0 || waitpid(pid_, &status_, options) != pid_) return false;
  pid_ = 0;
  return true;
}

bool ServerProcess::isRunning() {
  reap(WNOHANG);
  return pid_ != 0;
}

void ServerProcess::signal(int number) const {
  if (pid_ != 0) kill(pid_, number);
}

std::optional<int> ServerProcess::waitForEnd(unsigned seconds) {
  for (unsigned waited = 0; isRunning() && waited < seconds * 1000; waited += kPollMs) {
    poll(nullptr, 0, kPollMs);
  }
  if (isRunning()) return std::nullopt;
  return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
}

std::uint16_t freePort() {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ROOKERY_CHECK(file >= 0 && bind(file, generic, size) == 0 &&
                getsockname(file, generic, &size) == 0);
  close(file);
  return ntohs(address.sin_port);
}

}  // namespace rookery::torture
