#include "rookery/api/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <initializer_list>
#include <limits>
#include <memory>

#include "rookery/base/log.h"

namespace rookery::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct Series {
  std::string label;  ///< the value of the family's label
  double value;
};

double number(std::uint64_t value) { return static_cast<double>(value); }

double read(const std::atomic<std::uint64_t>& counter) {
  return number(counter.load(std::memory_order_relaxed));
}

ClientMetric metric(MetricType type, double value) {
  ClientMetric one;
  if (type == MetricType::Counter) {
    one.counter.value = value;
  } else {
    one.gauge.value = value;
  }
  return one;
}

MetricFamily family(MetricType type, std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), type, {metric(type, value)}};
}
MetricFamily counter(std::string name, std::string help, double value) {
  return family(MetricType::Counter, std::move(name), std::move(help), value);
}
MetricFamily gauge(std::string name, std::string help, double value) {
  return family(MetricType::Gauge, std::move(name), std::move(help), value);
}

MetricFamily labelled(MetricType type, std::string name, std::string help, const std::string& label,
                      const std::vector<Series>& series) {
  MetricFamily result{std::move(name), std::move(help), type, {}};
  for (const Series& one : series) {
    ClientMetric value = metric(type, one.value);
    value.label.push_back({label, one.label});
    result.metric.push_back(std::move(value));
  }
  return result;
}

MetricFamily histogram(std::string name, std::string help, const chat::LatencyHistogram& latency) {
  ClientMetric one;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < chat::kLatencyBoundsUs.size(); ++i) {
    total += latency.count(i);
    one.histogram.bucket.push_back({total, static_cast<double>(chat::kLatencyBoundsUs[i]) / 1e6});
  }
  total += latency.count(chat::kLatencyBoundsUs.size());
  one.histogram.bucket.push_back({total, std::numeric_limits<double>::infinity()});
  one.histogram.sample_count = total;
  one.histogram.sample_sum = static_cast<double>(latency.sumUs()) / 1e6;
  return {std::move(name), std::move(help), MetricType::Histogram, {std::move(one)}};
}

class Collector final : public prometheus::Collectable {
 public:
  explicit Collector(const Shared& shared) : shared_(shared), services_(shared.services) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> all;
    addChat(all);
    addStore(all);
    addServer(all);
    return all;
  }

 private:
  void addChat(std::vector<MetricFamily>& all) const {
    chat::ChatAdmin& chat = services_.chat;
    const chat::Stats& stats = chat.stats();
    all.push_back(gauge("rookery_connections", "Open Engine.IO sessions",
                        number(services_.engine.sessions())));
    all.push_back(gauge("rookery_sockets", "Connected sockets", number(chat.connectedSockets())));
    all.push_back(gauge("rookery_conversations", "Conversations in memory",
                        number(chat.loadedConversations())));
    all.push_back(counter("rookery_events_total", "Events from clients", read(stats.events)));
    all.push_back(labelled(MetricType::Counter, "rookery_messages_total",
                           "Messages by what became of them", "outcome",
                           {{"accepted", read(stats.messagesAccepted)},
                            {"confirmed", read(stats.messagesConfirmed)},
                            {"failed", read(stats.messagesFailed)},
                            {"duplicate", read(stats.duplicates)}}));
    const std::uint64_t deliveries = services_.deliveries ? services_.deliveries() : 0;
    all.push_back(
        counter("rookery_deliveries_total", "Frames handed to sockets", number(deliveries)));
    all.push_back(histogram("rookery_emit_latency_seconds",
                            "From receipt of a message until it is on its way to its readers",
                            stats.emitLatency));
    all.push_back(histogram("rookery_commit_latency_seconds",
                            "From receipt of a message until it is confirmed or has failed",
                            stats.commitLatency));
    std::vector<Series> drops;
    for (std::size_t i = 0; i < stats.drops.size(); ++i) {
      const auto reason = static_cast<chat::DropReason>(i);
      drops.push_back({std::string(chat::dropReasonName(reason)), read(stats.drops[i])});
    }
    all.push_back(labelled(MetricType::Counter, "rookery_drops_total",
                           "What was refused or not delivered", "reason", drops));
    all.push_back(labelled(MetricType::Counter, "rookery_shed_total",
                           "Frames that slow readers were not sent", "class",
                           {{"typing", read(stats.shed[0])},
                            {"presence", read(stats.shed[1])},
                            {"receipt", read(stats.shed[2])}}));
    all.push_back(gauge("rookery_users_present", "Users who are not told to be offline",
                        number(chat.presentUsers())));
    all.push_back(counter("rookery_dedup_reads_total", "Store reads that deduplication needed",
                          read(stats.dedupReads)));
  }

  void addStore(std::vector<MetricFamily>& all) const {
    const store::StoreStats& stats = services_.storeStats;
    all.push_back(gauge("rookery_store_queue_records", "Records that wait for their commit",
                        number(services_.writer.queuedRecords())));
    all.push_back(gauge("rookery_store_queries_waiting", "Queries that wait for a reader",
                        number(services_.readers.waiting())));
    all.push_back(
        counter("rookery_store_reads_total", "Statements run by readers", read(stats.reads)));
    all.push_back(counter("rookery_store_statements_total", "Statements run by the writer",
                          read(stats.statements)));
    all.push_back(counter("rookery_store_commits_total", "Commits", read(stats.commits)));
    all.push_back(counter("rookery_store_rollbacks_total", "Rollbacks", read(stats.rollbacks)));
  }

  void addServer(std::vector<MetricFamily>& all) const {
    std::vector<Series> inboxes;
    for (const net::Loop* const loop : services_.loops) {
      inboxes.push_back({std::to_string(loop->index()), number(loop->inboxSize())});
    }
    all.push_back(labelled(MetricType::Gauge, "rookery_loop_inbox",
                           "Tasks that wait for a loop's next turn", "loop", inboxes));
    std::vector<Series> answers;
    for (std::size_t i = 1; i < shared_.answers.size(); ++i) {
      answers.push_back({std::to_string(i) + "xx", read(shared_.answers[i])});
    }
    all.push_back(labelled(MetricType::Counter, "rookery_http_requests_total",
                           "Answers outside Engine.IO, by class of status", "status", answers));
    all.push_back(gauge("rookery_workers_queued", "Password hashes that wait for a worker",
                        number(services_.workers.queued())));
    all.push_back(gauge("process_resident_memory_bytes", "Resident memory in bytes",
                        number(residentBytes())));
    all.push_back(gauge("process_start_time_seconds", "Start of the process since 1970 in seconds",
                        static_cast<double>(services_.startedAt) / 1000));
  }

  const Shared& shared_;
  const Services& services_;
};

}  // namespace

/// /proc lies in memory, so reading it on a loop waits for nothing.
std::uint64_t residentBytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             &std::fclose);
  unsigned long total = 0;
  unsigned long resident = 0;
  if (file == nullptr || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return 0;
  return std::uint64_t{resident} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string metricsText(const Shared& shared) {
  try {
    return prometheus::TextSerializer().Serialize(Collector(shared).Collect());
  } catch (const std::exception& error) {
    base::log::limited(base::log::Level::kError, "metrics could not be written",
                       {{"error", error.what()}});
    return {};
  }
}

}  // namespace rookery::api
