// What the store costs beside what it is made of: fsyncs, bare inserts, the chat without sockets.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "rookery/base/log.h"
#include "store/probe.h"
#include "store/virtual_chat.h"
#include "torture/disk/disk_faults.h"

namespace {

using namespace rookery::bench;

constexpr double kMicrosecond = 1e3;

std::string latency(const Histogram& histogram) {
  const auto at = [&](double fraction) {
    return static_cast<double>(histogram.at(fraction)) / kMicrosecond;
  };
  return fmt::format(R"({{"count":{},"p50":{:.1f},"p99":{:.1f}}})", histogram.count(), at(0.5),
                     at(0.99));
}

std::string contentOf(const std::string& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

int runVirtual(const std::string& url, const std::string& secretFile, const std::string& lists,
               const std::vector<std::size_t>& senders, double seconds) {
  const auto people = People::read(lists, "rooms");
  if (!people) {
    fmt::print(stderr, "{} holds no lists of users and rooms\n", lists);
    return 2;
  }
  VirtualChat chat(url, contentOf(secretFile), *people);
  for (const std::size_t count : senders) {
    const VirtualChat::Outcome done = chat.run(count, seconds / 4, seconds);
    fmt::print(R"({{"senders":{},"rate":{:.1f},"group":{:.1f},"ack":{}}})"
               "\n",
               count, static_cast<double>(done.confirmed) / done.seconds,
               static_cast<double>(done.confirmed) / static_cast<double>(done.commits),
               latency(done.ack));
  }
  return 0;
}

/// Of this process, in bytes.
std::uint64_t residentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

int runSessions(const std::string& url, const std::string& secretFile, const std::string& lists,
                std::size_t sessions, double seconds) {
  const auto people = People::read(lists, "channels");
  if (!people) {
    fmt::print(stderr, "{} holds no lists of users and channels\n", lists);
    return 2;
  }
  VirtualChat chat(url, contentOf(secretFile), *people);
  chat.connect(people->persons.size());  // what is kept of people, and not of sessions
  const std::uint64_t first = residentBytes();
  chat.connect(sessions);
  const std::uint64_t bytes = residentBytes();
  fmt::print(
      R"({{"sessions":{},"people":{},"bytes":{},"perSession":{:.0f},"cpu":{:.4f}}})"
      "\n",
      sessions, people->persons.size(), bytes,
      static_cast<double>(bytes - first) / static_cast<double>(sessions - people->persons.size()),
      chat.idle(seconds));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"What a store is made of, measured", "bench_store"};
  double seconds = 2;
  std::string folder;
  std::string url;
  std::string secret;
  std::string lists;
  std::uint32_t syncMs = 100;
  std::size_t group = 100;
  std::size_t conversations = 500;
  std::vector<std::size_t> senders{1000};
  std::size_t sessions = 1'000'000;
  app.require_subcommand(1);
  CLI::App* sync = app.add_subcommand("sync", "A page written and synced");
  sync->add_option("--folder", folder)->required();
  CLI::App* bare = app.add_subcommand("bare", "Prepared inserts and nothing else");
  bare->add_option("--folder", folder)->required();
  bare->add_option("--group", group, "Rows a commit");
  bare->add_option("--conversations", conversations);
  CLI::App* slow = app.add_subcommand("slow-disk", "What the preloaded disk_shim.so reads");
  slow->add_option("--file", folder)->required();
  slow->add_option("--sync-ms", syncMs);
  CLI::App* chat = app.add_subcommand("virtual", "The chat and its store, without sockets");
  chat->add_option("--senders", senders);
  CLI::App* idle = app.add_subcommand("sessions", "Sessions of a chat on which nothing happens");
  for (CLI::App* one : {chat, idle}) {
    one->add_option("--store", url)->required();
    one->add_option("--secret", secret, "The file that signed the tokens")->required();
    one->add_option("--lists", lists)->required();
  }
  idle->add_option("--sessions", sessions, "More than there are people");
  for (CLI::App* one : {sync, bare, chat, idle}) one->add_option("--seconds", seconds);
  CLI11_PARSE(app, argc, argv);

  rookery::base::log::setLevel(rookery::base::log::Level::kWarn);
  if (*sync) {
    fmt::print("{}\n", latency(measureSync(folder, seconds)));
  } else if (*bare) {
    const BareLoop done = insertBare(folder + "/bare.db", group, conversations, seconds);
    fmt::print(R"({{"rate":{:.1f},"group":{}}})"
               "\n",
               static_cast<double>(done.rows) / done.seconds, group);
  } else if (*slow) {
    rookery::torture::DiskFaults faults;
    faults.syncDelayMs = syncMs;
    std::ofstream(folder, std::ios::binary).write(reinterpret_cast<char*>(&faults), sizeof faults);
    fmt::print("{{}}\n");
  } else if (*idle) {
    return runSessions(url, secret, lists, sessions, seconds);
  } else {
    return runVirtual(url, secret, lists, senders, seconds);
  }
  return 0;
}
