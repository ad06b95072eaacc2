#include "rookery/store/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rookery::store::postgres {
namespace {

using Clock = std::chrono::steady_clock;

// Of pg_type.dat, which never change.
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kText = 25;

constexpr std::chrono::milliseconds kFirstRetry{50};
constexpr std::chrono::milliseconds kLastRetry{1000};

std::string oneLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

void ignoreNotice(void* /*unused*/, const PGresult* /*result*/) {}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

}  // namespace

std::string translate(std::string_view sql) {
  constexpr std::string_view kCrossJoin = "CROSS JOIN ";
  std::string out;
  out.reserve(sql.size());
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '?') {
      out += '$';
    } else if (sql.substr(i).starts_with(kCrossJoin)) {
      out += "JOIN ";
      i += kCrossJoin.size() - 1;
    } else {
      out += sql[i];
    }
  }
  return out;
}

base::Result<Connection> Connection::open(Settings settings, std::atomic<std::uint64_t>& uses) {
  Connection connection(std::move(settings), uses);
  if (const auto connected = connection.reconnect(); !connected) {
    return base::fail(connected.error());
  }
  return connection;
}

base::Result<void> Connection::reconnect() {
  drop();
  // Many queries come while the server is away: they do not each wait for a connection.
  const bool isTooSoon = settings_.role == Role::kReader && Clock::now() < nextAttempt_;
  if (isTooSoon) return base::fail(base::ErrorCode::kStoreFailed, message_);
  // Later words win: the URL cannot take these from us.
  const std::array<const char*, 6> words = {
      "dbname", "application_name", "connect_timeout", "client_encoding", "options", nullptr};
  const char* options = settings_.role == Role::kWriter ? "-c synchronous_commit=on"
                                                        : "-c default_transaction_read_only=on";
  const std::array<const char*, 6> values = {
      settings_.url.c_str(), settings_.name.c_str(), "5", "UTF8", options, nullptr};
  handle_.reset(PQconnectdbParams(words.data(), values.data(), 1));
  const auto failed = [this](const std::string& why) {
    message_ = oneLine(why);
    handle_.reset();
    backOff_ = backOff_.count() == 0 ? kFirstRetry : std::min(backOff_ * 2, kLastRetry);
    nextAttempt_ = Clock::now() + backOff_;
    return base::fail(base::ErrorCode::kStoreFailed, "PostgreSQL cannot be used: " + message_);
  };
  if (handle_ == nullptr) return failed("out of memory");
  if (PQstatus(handle_.get()) != CONNECTION_OK) return failed(PQerrorMessage(handle_.get()));
  PQsetNoticeReceiver(handle_.get(), ignoreNotice, nullptr);
  place_ = std::string(PQdb(handle_.get())) + " at " + PQhost(handle_.get()) + ":" +
           PQport(handle_.get());
  if (PQsetnonblocking(handle_.get(), 1) != 0 || PQenterPipelineMode(handle_.get()) != 1) {
    return failed(PQerrorMessage(handle_.get()));
  }
  ++generation_;
  backOff_ = {};
  return {};
}

bool Connection::isConnected() {
  if (handle_ == nullptr) return false;
  // A server that ends a session says so first: the end itself is only seen behind that.
  constexpr int kMostReads = 4;
  for (int i = 0; i < kMostReads; ++i) {
    pollfd polled{PQsocket(handle_.get()), POLLIN, 0};
    if (poll(&polled, 1, 0) == 0) return true;
    if (PQconsumeInput(handle_.get()) == 0 || PQstatus(handle_.get()) != CONNECTION_OK) break;
  }
  message_ = oneLine(PQerrorMessage(handle_.get()));
  drop();
  return false;
}

void Connection::drop() {
  handle_.reset();
  sent_.clear();
}

bool Connection::send(Statement& statement, std::span<const Parameter> parameters) {
  if (handle_ == nullptr) return false;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Parameter& one : parameters) {
    types.push_back(one.type);
    values.push_back(one.data());
    lengths.push_back(static_cast<int>(one.length));
  }
  const std::vector<int> formats(parameters.size(), 1);
  const int count = static_cast<int>(parameters.size());
  if (statement.plan_ == Statement::Plan::kEachUse) {
    const bool isSent =
        PQsendQueryParams(handle_.get(), statement.sql_.c_str(), count, types.data(), values.data(),
                          lengths.data(), formats.data(), 1) == 1;
    if (isSent) sent_.push_back(nullptr);
    return isSent;
  }
  if (statement.preparedIn_ != generation_ && std::ranges::find(sent_, &statement) == sent_.end()) {
    if (PQsendPrepare(handle_.get(), statement.name_.c_str(), statement.sql_.c_str(), count,
                      types.data()) != 1) {
      return false;
    }
    sent_.push_back(&statement);
  }
  if (PQsendQueryPrepared(handle_.get(), statement.name_.c_str(), count, values.data(),
                          lengths.data(), formats.data(), 1) != 1) {
    return false;
  }
  sent_.push_back(nullptr);
  return true;
}

/// Whether the next result can be taken without waiting; false when the connection is lost.
bool Connection::awaitAnswer(Clock::time_point deadline) {
  while (true) {
    const int unsent = PQflush(handle_.get());
    if (unsent < 0) return false;
    if (PQisBusy(handle_.get()) == 0) return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      message_ = "the server does not answer";
      return false;
    }
    pollfd polled{PQsocket(handle_.get()),
                  static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
    if (poll(&polled, 1, static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if ((polled.revents & (POLLIN | POLLERR | POLLHUP)) != 0 &&
        PQconsumeInput(handle_.get()) == 0) {
      message_ = oneLine(PQerrorMessage(handle_.get()));
      return false;
    }
  }
}

void Connection::noteFailure(const PGresult* result, Reply& reply) {
  if (!reply.sqlState.empty()) return;
  reply.sqlState = field(result, PG_DIAG_SQLSTATE);
  reply.message = oneLine(PQresultErrorMessage(result));
  reply.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  message_ = reply.message;
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  // The session ends with it: what it was doing may have been done or not. libpq makes results
  // without a state of its own for a connection that is gone.
  if (reply.sqlState.empty() || severity == "FATAL" || severity == "PANIC") reply.isLost = true;
}

Reply Connection::sync() {
  Reply reply;
  const auto lost = [&] {
    if (handle_ != nullptr && message_.empty()) message_ = oneLine(PQerrorMessage(handle_.get()));
    reply.isLost = true;
    reply.last.reset();
    if (reply.message.empty()) reply.message = message_;
    drop();
  };
  message_.clear();
  if (handle_ == nullptr || PQpipelineSync(handle_.get()) != 1) {
    lost();
    return reply;
  }
  const Clock::time_point deadline = Clock::now() + settings_.patience;
  std::size_t command = 0;
  while (true) {
    if (!awaitAnswer(deadline)) break;
    ResultPtr result(PQgetResult(handle_.get()));
    if (result == nullptr) {  // the end of one command's results
      if (PQstatus(handle_.get()) != CONNECTION_OK || command >= sent_.size()) break;
      ++command;
      continue;
    }
    switch (PQresultStatus(result.get())) {
      case PGRES_PIPELINE_SYNC:
        sent_.clear();
        if (reply.isLost) drop();
        return reply;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        if (command < sent_.size() && sent_[command] != nullptr) {
          sent_[command]->preparedIn_ = generation_;
        } else {
          reply.last = std::move(result);
        }
        break;
      case PGRES_PIPELINE_ABORTED:
        reply.last.reset();
        break;
      default:
        reply.last.reset();
        noteFailure(result.get(), reply);
        break;
    }
  }
  lost();
  return reply;
}

base::Result<void> Connection::script(const std::string& sql) {
  const auto failed = [this] {
    message_ = oneLine(handle_ == nullptr ? "not connected" : PQerrorMessage(handle_.get()));
    return base::fail(base::ErrorCode::kStoreFailed, place_ + ": " + message_);
  };
  if (handle_ == nullptr || PQexitPipelineMode(handle_.get()) != 1) return failed();
  PQsetnonblocking(handle_.get(), 0);
  const ResultPtr result(PQexec(handle_.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    auto failure = failed();
    const ResultPtr undone(PQexec(handle_.get(), "ROLLBACK"));
    PQenterPipelineMode(handle_.get());
    return failure;
  }
  PQsetnonblocking(handle_.get(), 1);
  return PQenterPipelineMode(handle_.get()) == 1 ? base::Result<void>{} : failed();
}

std::string Connection::failureOf(const Run& run) const {
  const Reply& reply = run.reply();
  return reply.sqlState.empty() ? reply.message : reply.message + " (" + reply.sqlState + ")";
}

Statement::Statement(Connection& connection, std::string_view sql, Plan plan)
    : connection_(connection), sql_(translate(sql)), plan_(plan) {
  static std::atomic<std::uint64_t> made{0};
  name_ = "s" + std::to_string(++made);
}

void Run::start(Statement& statement, std::span<const Parameter> parameters) {
  Connection& connection = statement.connection_;
  connection.countUse();
  const bool isReader = connection.role() == Connection::Role::kReader;
  for (int attempt = 0; attempt < (isReader ? 2 : 1); ++attempt) {
    if (isReader && !connection.isConnected() && !connection.reconnect()) {
      reply_ = Reply{};
      reply_.isLost = true;
      reply_.message = connection.message();
      return;
    }
    connection.send(statement, parameters);
    reply_ = connection.sync();
    if (!reply_.isLost) break;
  }
  if (reply_.ok()) rows_ = PQntuples(reply_.last.get());
}

std::string_view Run::value(int column) const {
  const PGresult* result = reply_.last.get();
  return {PQgetvalue(result, row_, column),
          static_cast<std::size_t>(PQgetlength(result, row_, column))};
}

std::int64_t Run::integer(int column) const {
  const std::string_view bytes = value(column);
  if (bytes.empty()) return 0;
  std::uint64_t number = (bytes.front() & 0x80) != 0 && bytes.size() > 1 ? ~0ULL : 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number);
}

std::string Run::text(int column) const { return std::string(value(column)); }

ObjectId Run::id(int column) const {
  ObjectId id;
  const std::string_view bytes = value(column);
  if (bytes.size() == ObjectId::kBytes) std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

bool Run::isNull(int column) const { return PQgetisnull(reply_.last.get(), row_, column) == 1; }

Parameter Run::make(std::int64_t value) {
  Parameter made{.type = kInt8, .length = 8, .isNumber = true};
  auto bits = static_cast<std::uint64_t>(value);
  for (int i = 7; i >= 0; --i, bits >>= 8)
    made.number[static_cast<std::size_t>(i)] = static_cast<char>(bits);
  return made;
}

Parameter Run::make(std::string_view value) {
  return {
      .type = kText, .bytes = value.data() == nullptr ? "" : value.data(), .length = value.size()};
}

Parameter Run::make(OrNull value) {
  return value.text.empty() ? Parameter{.type = kText} : make(value.text);
}

Parameter Run::make(const ObjectId& value) {
  return {.type = kBytea,
          .bytes = reinterpret_cast<const char*>(value.bytes.data()),
          .length = ObjectId::kBytes};
}

Parameter Run::make(const std::optional<ObjectId>& value) {
  return value ? make(*value) : Parameter{.type = kBytea};
}

Parameter Run::make(IdList value) {
  return {.type = kBytea,
          .bytes = value.ids.empty() ? "" : reinterpret_cast<const char*>(value.ids.data()),
          .length = value.ids.size_bytes()};
}

}  // namespace rookery::store::postgres
