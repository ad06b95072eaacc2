#include "support/api/running_api.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "rookery/base/check.h"

namespace rookery::test {
namespace {

simdjson::simdjson_result<simdjson::dom::element> find(simdjson::dom::parser& parser,
                                                       const std::string& body,
                                                       std::string_view pointer) {
  auto document = parser.parse(body);
  return document.error() != simdjson::SUCCESS ? document : document.at_pointer(pointer);
}

void sendAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server may refuse before it has read all
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Reads until the peer closes: requests are sent with `Connection: close`.
HttpAnswer receive(int descriptor) {
  std::string bytes;
  char buffer[16'384];
  for (ssize_t got = 0; (got = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0;) {
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  HttpAnswer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) return answer;
  answer.status = static_cast<unsigned>(std::stoul(bytes.substr(9, 3)));
  std::size_t at = bytes.find("\r\n") + 2;
  while (at < end) {
    const std::size_t lineEnd = bytes.find("\r\n", at);
    const std::size_t colon = bytes.find(": ", at);
    answer.head.headers.emplace_back(bytes.substr(at, colon - at),
                                     bytes.substr(colon + 2, lineEnd - colon - 2));
    at = lineEnd + 2;
  }
  answer.body = bytes.substr(end + 4);
  return answer;
}

std::string requestText(std::string_view method, std::string_view path, std::string_view headers,
                        std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: x\r\n");
  text.append("Connection: close\r\n").append(headers);
  if (!body.empty()) text.append("Content-Length: ").append(std::to_string(body.size()) + "\r\n");
  return text.append("\r\n").append(body);
}

std::string tokenHeader(const std::string& token) {
  return token.empty() ? std::string() : "access-token: " + token + "\r\n";
}

}  // namespace

std::string HttpAnswer::at(std::string_view pointer) const {
  simdjson::dom::parser parser;
  auto found = find(parser, body, pointer);
  return found.error() == simdjson::SUCCESS ? simdjson::minify(found.value()) : "absent";
}

std::string HttpAnswer::text(std::string_view pointer) const {
  simdjson::dom::parser parser;
  std::string_view value;
  return find(parser, body, pointer).get(value) == simdjson::SUCCESS ? std::string(value)
                                                                     : "absent";
}

std::string HttpAnswer::keys(std::string_view pointer) const {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (find(parser, body, pointer).get(object) != simdjson::SUCCESS) return "absent";
  std::string names;
  for (const auto field : object) names.append(names.empty() ? "" : " ").append(field.key);
  return names;
}

/// Engine.IO is answered here, but nobody stays.
class RunningApi::NoSessions final : public engineio::Acceptor {
 public:
  std::unique_ptr<engineio::SessionHandler> onSession(engineio::Session& session) override {
    static_cast<void>(session);
    return std::make_unique<Silent>();
  }

 private:
  class Silent final : public engineio::SessionHandler {
    void onMessage(bool binary, std::string_view payload) override {
      static_cast<void>(binary);
      static_cast<void>(payload);
    }
    void onClose(engineio::CloseReason reason) override { static_cast<void>(reason); }
    net::SharedFrame slowConsumerFrame(std::size_t queued, std::size_t limit) override {
      static_cast<void>(queued);
      static_cast<void>(limit);
      return {};
    }
  };
};

api::Options RunningApi::lifted() {
  constexpr base::RateLimit kNone{.rate = 1e6, .burst = 1e6};
  api::Options options;
  options.publicUrl = "http://chat.example.org";
  options.logins = options.attempts = options.codes = options.handshakes = options.history = options.joins = kNone;
  return options;
}

RunningApi::RunningApi(api::Options options)
    : backend_(store::sqliteBackend((folder_.path() / "rookery.db").string())),
      acceptor_(std::make_unique<NoSessions>()) {
  auto database = backend_->openWriter();
  ROOKERY_CHECK(database.has_value());
  writer_ = std::make_unique<store::StoreWriter>(
      std::move(*database), backend_->stats(), writerThread_, writerThread_, clock_, store::StoreWriter::Limits{},
      [](std::span<store::Settled>) {}, [](const base::Error&) {});
  std::vector<std::unique_ptr<store::Reader>> connections;
  for (int i = 0; i < 2; ++i) {
    auto reader = backend_->openReader();
    ROOKERY_CHECK(reader.has_value());
    connections.push_back(std::move(*reader));
  }
  readers_ = std::make_unique<store::StoreReaders>(std::move(connections), readerThreads_);
  auto files = files::openFolder((folder_.path() / "files").string());
  ROOKERY_CHECK(files.has_value());
  files_ = std::move(*files);
  engine_ = std::make_unique<engineio::Server>(engineio::Options{}, *acceptor_,
                                               std::vector<net::Loop*>{&loop_});
  root_ = std::make_unique<api::HttpRoot>(api::Services{.clock = clock_,
                                                        .random = random_,
                                                        .ids = ids_,
                                                        .readers = *readers_,
                                                        .writer = *writer_,
                                                        .storeStats = backend_->stats(),
                                                        .workers = workers_,
                                                        .files = *files_,
                                                        .fileThreads = fileThreads_,
                                                        .mailer = nullptr,
                                                        .mailThread = mailThread_,
                                                        .tokens = tokens_,
                                                        .chat = chat_,
                                                        .engine = *engine_,
                                                        .loops = {&loop_},
                                                        .deliveries = [] { return 42; },
                                                        .startedAt = clock_.wall(),
                                                        .options = std::move(options)});
  context_ = std::make_unique<net::HttpServerContext>(
      net::HttpServerContext{.service = *root_, .limits = {}, .loops = {&loop_}});
  net::ListenAddress address{.host = "127.0.0.1", .port = 0};
  auto descriptors = net::bindListeners(address, 1);
  ROOKERY_CHECK(descriptors.has_value());
  port_ = address.port;
  std::promise<void> listening;
  loop_.post([this, &listening, descriptor = descriptors->front()] {
    listener_ = std::make_unique<net::Listener>(loop_, descriptor, *context_);
    listening.set_value();
  });
  thread_ = std::thread([this] { loop_.run(); });
  listening.get_future().wait();
}

RunningApi::~RunningApi() {
  std::promise<void> drained;
  writer_->close([&drained] { drained.set_value(); });
  drained.get_future().wait();
  workers_.stop();
  fileThreads_.stop();
  readerThreads_.stop();
  std::promise<void> closed;
  loop_.post([this, &closed] {
    listener_.reset();
    engine_->engine(0).closeAll(engineio::CloseReason::kShuttingDown);
    closed.set_value();
  });
  closed.get_future().wait();
  loop_.stop();
  thread_.join();
  writerThread_.stop();
}

int RunningApi::connect() const {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ROOKERY_CHECK(descriptor >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ROOKERY_CHECK(
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return descriptor;
}

HttpAnswer RunningApi::call(std::string_view method, std::string_view path,
                            std::string_view headers, std::string_view body) {
  const int descriptor = connect();
  sendAll(descriptor, requestText(method, path, headers, body));
  return receive(descriptor);
}

HttpAnswer RunningApi::get(std::string_view path, const std::string& token) {
  return call("GET", path, tokenHeader(token));
}

HttpAnswer RunningApi::send(std::string_view method, std::string_view path, std::string_view json,
                            const std::string& token) {
  return call(method, path, tokenHeader(token) + "Content-Type: application/json\r\n", json);
}

std::vector<HttpAnswer> RunningApi::sendAtOnce(std::string_view method, std::string_view path,
                                               const std::vector<std::string>& bodies,
                                               const std::string& token) {
  std::vector<int> descriptors;
  for (const std::string& body : bodies) {
    descriptors.push_back(connect());
    sendAll(
        descriptors.back(),
        requestText(method, path, tokenHeader(token) + "Content-Type: application/json\r\n", body));
  }
  std::vector<HttpAnswer> answers;
  for (const int descriptor : descriptors) answers.push_back(receive(descriptor));
  return answers;
}

void RunningApi::write(store::StoreWriter::Job job) {
  auto slot = writer_->reserve(1);
  ROOKERY_CHECK(slot.has_value());
  std::promise<bool> done;
  writer_->write(std::move(*slot), std::move(job),
                 [&done](const store::WriteResult& result) { done.set_value(result.ok()); });
  ROOKERY_CHECK(done.get_future().get());
}

store::UserRecord RunningApi::makeUser(const std::string& name, bool admin, bool disabled) {
  store::UserRecord user;
  user.id = ids_.next();
  user.username = name;
  user.email = name + "@example.org";
  user.passwordHash = "none";
  user.avatar = "https://pictures.example.org/" + name + ".png";
  user.admin = admin;
  user.disabled = disabled;
  user.createdAt = user.updatedAt = clock_.wall();
  write([user](store::Database& database) { return database.insertUser(user); });
  return user;
}

std::string RunningApi::tokenOf(const store::UserRecord& user) const {
  return tokens_
      .issue({.userId = user.id,
              .email = user.email,
              .username = user.username,
              .expiresAt = clock_.wall() + 60'000})
      .value();
}

store::MessageRecord RunningApi::makeMessage(const base::ObjectId& conversation,
                                             store::ConversationKind kind,
                                             const base::ObjectId& sender, std::uint64_t seq,
                                             std::string body) {
  store::MessageRecord message;
  message.id = ids_.next();
  message.conversationId = conversation;
  message.kind = kind;
  message.senderId = sender;
  message.seq = seq;
  message.createdAt = clock_.wall();
  message.body = std::move(body);
  write([message](store::Database& database) {
    return database.insertMessage(message, database.lastCommitNo() + 1);
  });
  return message;
}

}  // namespace rookery::test
