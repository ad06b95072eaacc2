#include "rookery/app/server_process.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "rookery/api/http_root.h"
#include "rookery/app/admin_socket.h"
#include "rookery/app/data_folder.h"
#include "rookery/app/housekeeping.h"
#include "rookery/app/store_admin.h"
#include "rookery/app/token_keys.h"
#include "rookery/base/log.h"
#include "rookery/base/thread_pool.h"
#include "rookery/chat/chat.h"
#include "rookery/chat/tokens.h"
#include "rookery/engineio/engine.h"
#include "rookery/net/epoll_loop.h"
#include "rookery/net/listener.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::app {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kFileThreads = 2;
constexpr std::size_t kLeastRestBody = 65'536;  // the limit is meant for messages

engineio::Options engineOptions(const Config& config) {
  engineio::Options options;
  options.path = config.engine.path;
  options.pingInterval = config.engine.pingInterval;
  options.pingTimeout = config.engine.pingTimeout;
  options.upgradeTimeout = config.engine.upgradeTimeout;
  options.maxHttpBufferSize = config.engine.maxHttpBufferSize;
  options.cookie = config.engine.cookie;
  options.allowEio3 = config.engine.allowEio3;
  options.deflate = {.enabled = config.engine.deflate, .threshold = config.engine.deflateThreshold};
  options.maxSessions = config.limits.connections;
  options.maxQueuedBytes = config.limits.outQueueBytes;
  options.cors.origins = config.cors.origins;
  return options;
}

socketio::Options socketOptions(const Config& config) {
  socketio::Options options;
  options.connectTimeout = config.engine.connectTimeout;
  options.inboxItems = config.limits.inboxItems;
  options.recovery.window = config.recovery.window;
  options.recovery.bytes = config.recovery.bytes;
  options.recovery.replayedBytes = config.limits.outQueueBytes / 2;
  return options;
}

chat::Options chatOptions(const Config& config, const std::string& publicUrl) {
  chat::Options options;
  options.rates = {config.limits.messages, config.limits.typing,  config.limits.joins,
                   config.limits.calls,    config.limits.uploads, config.limits.other};
  options.bodyBytes = config.limits.bodyBytes;
  options.waitingPerConversation = config.limits.waitingPerConversation;
  options.conversations = config.limits.conversations;
  options.grace = config.chat.grace;
  options.keepSocketsFor = config.recovery.keepFor;
  options.presenceGrace = config.chat.presenceGrace;
  options.typingFor = config.chat.typingFor;
  options.typingRepeat = config.chat.typingRepeat;
  options.searchLag = config.chat.searchLag;
  options.expiryGrace = config.auth.expiryGrace;
  options.imageKeySuffix = config.auth.imageKey;
  options.publicUrl = publicUrl;
  options.retryAfterLeast = config.drain.retryAfterMin;
  options.retryAfterMost = config.drain.retryAfterMax;
  return options;
}

api::Options apiOptions(const Config& config, const std::string& publicUrl) {
  api::Options options;
  options.publicUrl = publicUrl;
  options.tokenTtl = std::chrono::duration_cast<std::chrono::seconds>(config.auth.tokenTtl);
  options.bodyBytes = std::max(config.limits.bodyBytes, kLeastRestBody);
  options.logins = config.limits.logins;
  options.signups = config.limits.signups;
  options.handshakes = config.limits.handshakes;
  options.history = config.limits.history;
  options.joins = config.limits.joins;
  options.attempts = config.limits.attempts;
  options.codes = config.limits.codes;
  options.fileBytes = config.files.maxBytes;
  options.pictureBytes = config.files.pictureBytes;
  options.quotaBytes = config.files.quotaBytes;
  options.imageKeySuffix = config.auth.imageKey;
  options.cors.origins = config.cors.origins;
  return options;
}

/// Nothing when no mail is to be sent.
std::unique_ptr<mail::Mailer> mailerOf(const Config::Mail& config, const base::Clock& clock,
                                       base::Random& random) {
  if (config.url.empty()) {
    base::log::info("no mail can be sent: `rookery user code` gives one-time codes out");
    return nullptr;
  }
  return std::make_unique<mail::Mailer>(mail::Options{.url = config.url,
                                                      .user = config.user,
                                                      .password = config.password,
                                                      .from = config.from,
                                                      .ca = config.ca,
                                                      .startTls = config.startTls,
                                                      .timeout = config.timeout},
                                        clock, random);
}

store::StoreWriter::Limits writerLimits(const Config& config) {
  store::StoreWriter::Limits limits;
  limits.queuedRecords = config.store.queueRecords;
  limits.queuedBytes = config.store.queueBytes;
  limits.retryFor = config.store.retryFor;
  return limits;
}

}  // namespace

/// Members are declared in the order in which they need each other; the destructor stops the
/// threads before any of it goes.
struct ServerProcess::Impl {
  explicit Impl(DataFolder locked) : folder(std::move(locked)) {}
  ~Impl() { stop(); }

  using Failure = std::optional<StartError>;
  Failure openStore(const Config& config);
  Failure readKeys(const Config& config);
  Failure bind(const Config& config);
  void wire(const Config& config);
  Failure startAdmin(const Config& config);
  void startLoops();
  void startCheck();
  void distrust(const base::Error& error);
  void stop();

  base::SystemClock clock;
  base::SystemRandom random;
  base::ObjectIdGenerator ids{clock, random};
  DataFolder folder;
  std::unique_ptr<files::FileStore> files;
  std::unique_ptr<mail::Mailer> mailer;  ///< null: none
  std::unique_ptr<store::Backend> backend;
  std::unique_ptr<store::Database> database;  ///< until the writer has it
  std::vector<std::unique_ptr<store::Reader>> readerConnections;

  std::vector<std::unique_ptr<net::EpollLoop>> loops;
  std::optional<base::ThreadPool> readerThreads;
  std::optional<base::ThreadPool> writerThread;
  std::optional<base::ThreadPool> tellerThread;
  std::optional<base::ThreadPool> workers;
  std::optional<base::ThreadPool> fileThreads;
  std::optional<base::ThreadPool> mailThread;
  std::unique_ptr<store::StoreReaders> readers;

  std::string url;
  std::vector<int> listening;            ///< one for each loop, or two
  std::string unixSocket;                ///< a path; empty: none
  std::unique_ptr<net::TlsContext> tls;  ///< null: plain HTTP
  net::TrustedProxies proxies;
  std::unique_ptr<chat::Tokens> tokens;
  std::unique_ptr<socketio::Server> sockets;
  std::unique_ptr<engineio::Server> engine;
  std::unique_ptr<chat::Chat> chat;
  std::unique_ptr<store::StoreWriter> writer;
  std::unique_ptr<api::HttpRoot> root;
  std::unique_ptr<net::HttpServerContext> http;
  std::vector<std::unique_ptr<net::Listener>> listeners;  ///< each made and closed on its loop
  std::unique_ptr<Housekeeping> housekeeping;
  std::unique_ptr<StoreAdmin> admin;
  std::unique_ptr<AdminSocket> adminSocket;
  std::vector<std::thread> threads;
  std::atomic<bool> committed{false};
  std::atomic<bool> isBroken{false};
  base::UniqueFunction<void()> onBroken;
  std::jthread checker;
};

ServerProcess::Impl::Failure ServerProcess::Impl::openStore(const Config& config) {
  if (auto failure = readKeys(config)) return failure;
  auto opened = files::openFolder(config.server.data + "/files");
  if (!opened) return StartError{true, config.server.data + "/files cannot be used for files"};
  files = std::move(*opened);
  backend = store::backendFor(config.storeUrl());
  auto writing = backend->openWriter();
  if (!writing) return StartError{true, writing.error().message};
  database = std::move(*writing);
  for (unsigned i = 0; i < config.store.readers; ++i) {
    auto reader = backend->openReader();
    if (!reader) return StartError{true, reader.error().message};
    readerConnections.push_back(std::move(*reader));
  }
  const auto ended = readerConnections.front()->endedSessions(clock.wall());
  if (!ended) return StartError{true, ended.error().message};
  for (const store::EndedSession& session : *ended) tokens->endSession(session);
  return std::nullopt;
}

ServerProcess::Impl::Failure ServerProcess::Impl::readKeys(const Config& config) {
  auto keys = tokenKeys(config.auth, folder, random);
  if (!keys) {
    const bool isOfFolder = keys.error().code == base::ErrorCode::kStoreFailed;
    return StartError{isOfFolder, keys.error().message};
  }
  tokens = std::make_unique<chat::Tokens>(std::move(*keys));
  return std::nullopt;
}

ServerProcess::Impl::Failure ServerProcess::Impl::bind(const Config& config) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned count = config.server.loops == 0 ? cores : config.server.loops;
  auto address = net::parseListenAddress(config.server.listen);
  if (!address) return StartError{false, address.error().message};
  if (!config.tls.certificate.empty()) {
    auto context = net::TlsContext::load(config.tls.certificate, config.tls.key);
    if (!context) return StartError{false, context.error().message};
    tls = std::move(*context);
  }
  for (const std::string& one : config.server.trustedProxies) proxies.add(one);
  auto descriptors = net::bindListeners(*address, count);
  if (!descriptors) {
    return StartError{
        false, "cannot listen on " + config.server.listen + ": " + descriptors.error().message};
  }
  listening = std::move(*descriptors);
  if (!config.server.unixSocket.empty()) {
    auto local = net::bindUnixListeners(config.server.unixSocket, count);
    if (!local) return StartError{false, local.error().message};
    listening.insert(listening.end(), local->begin(), local->end());
    unixSocket = config.server.unixSocket;
  }
  url = net::urlOf(*address, tls != nullptr);
  for (unsigned i = 0; i < count; ++i) {
    loops.push_back(std::make_unique<net::EpollLoop>(i, clock, random));
  }
  return std::nullopt;
}

void ServerProcess::Impl::wire(const Config& config) {
  const std::string publicUrl = config.server.publicUrl.empty() ? url : config.server.publicUrl;
  std::vector<net::Loop*> all;
  for (const auto& loop : loops) all.push_back(loop.get());

  readerThreads.emplace("store-reader", readerConnections.size());
  writerThread.emplace("store-writer", 1);
  tellerThread.emplace("store-teller", 1);
  workers.emplace("worker", kWorkers, base::ThreadPool::Importance::kLow);
  fileThreads.emplace("files", kFileThreads);
  mailThread.emplace("mail", 1);
  mailer = mailerOf(config.mail, clock, random);
  readers = std::make_unique<store::StoreReaders>(std::move(readerConnections), *readerThreads);
  sockets = std::make_unique<socketio::Server>(socketOptions(config), all);
  engine = std::make_unique<engineio::Server>(engineOptions(config), *sockets, all);
  chat = std::make_unique<chat::Chat>(
      chatOptions(config, publicUrl),
      chat::Chat::Parts{clock, random, ids, *sockets, *readers, *workers, *tokens});
  sockets->notePosted(database->lastCommitNo());
  writer = std::make_unique<store::StoreWriter>(
      std::move(database), backend->stats(), *writerThread, *tellerThread, clock,
      writerLimits(config), [this](std::span<store::Settled> group) { chat->onSettled(group); },
      [this](const base::Error& error) { distrust(error); });
  chat->setWriter(*writer);
  root = std::make_unique<api::HttpRoot>(
      api::Services{clock, random, ids, *readers, *writer, backend->stats(), *workers, *files,
                    *fileThreads, mailer.get(), *mailThread, *tokens, *chat, *engine, all,
                    [this] {
                      std::uint64_t sum = 0;
                      for (std::size_t i = 0; i < loops.size(); ++i)
                        sum += sockets->counters(i).deliveries.load();
                      return sum;
                    },
                    clock.wall(), apiOptions(config, publicUrl)});
  housekeeping = std::make_unique<Housekeeping>(
      Housekeeping::Parts{clock, *tokens, *readers, *writer, *readerThreads, *files, *fileThreads,
                          config.recovery.keepFor, RetentionRules::from(config.retention)});
  http = std::make_unique<net::HttpServerContext>(net::HttpServerContext{*root, {}});
  for (const auto& loop : loops) http->loops.push_back(loop.get());
  http->tls = tls.get();
  http->proxies = &proxies;
  http->proxyProtocol = config.server.proxyProtocol;
  http->requestTimeout = config.server.requestTimeout;
  http->idleTimeout = config.server.idleTimeout;
}

ServerProcess::Impl::Failure ServerProcess::Impl::startAdmin(const Config& config) {
  admin = std::make_unique<StoreAdmin>(
      StoreAdmin::Parts{*readers, *writer, *readerThreads, *tokens, clock, random, ids, chat.get(),
                        config.auth.tokenTtl, config.storeUrl(), config.server.data});
  auto socket = AdminSocket::start(adminSocketPath(config.server.data), *admin);
  if (!socket) return StartError{true, socket.error().message};
  adminSocket = std::move(*socket);
  return std::nullopt;
}

void ServerProcess::Impl::startLoops() {
  listeners.resize(listening.size());
  for (std::size_t i = 0; i < listening.size(); ++i) {
    net::EpollLoop& loop = *loops[i % loops.size()];
    loop.post([this, i, &loop] {
      listeners[i] = std::make_unique<net::Listener>(loop, listening[i], *http);
    });
  }
  for (std::size_t i = 0; i < loops.size(); ++i) {
    threads.emplace_back([this, i] {
      base::nameThisThread("loop-" + std::to_string(i));
      loops[i]->run();
    });
  }
}

void ServerProcess::Impl::startCheck() {
  checker = std::jthread([this](const std::stop_token& stop) {
    base::nameThisThread("store-check");
    if (const auto sound = backend->checkAfterCutOff(stop); !sound) distrust(sound.error());
  });
}

void ServerProcess::Impl::distrust(const base::Error& error) {
  base::log::error("the store cannot be trusted any more", {{"error", error.message}});
  if (!isBroken.exchange(true)) onBroken();
}

void ServerProcess::Impl::stop() {
  adminSocket.reset();
  checker = {};
  for (const auto& loop : loops) loop->stop();
  for (std::thread& thread : threads) thread.join();
  listeners.clear();
  // Work of theirs may still name the loops, which are only gone later.
  if (housekeeping) housekeeping->stop();
  if (mailer) mailer->stop();
  if (mailThread) mailThread->stop();
  if (fileThreads) fileThreads->stop();
  if (readerThreads) readerThreads->stop();
  if (workers) workers->stop();
  if (writerThread) writerThread->stop();
  if (tellerThread) tellerThread->stop();
  for (const auto& loop : loops) loop->dropWork();
}

ServerProcess::ServerProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ServerProcess::~ServerProcess() = default;

tl::expected<std::unique_ptr<ServerProcess>, ServerProcess::StartError> ServerProcess::start(
    const Config& config, base::UniqueFunction<void()> onBroken) {
  auto folder = DataFolder::open(config.server.data, DataFolder::IfMissing::kMake);
  if (!folder) return tl::unexpected(StartError{true, folder.error().message});
  auto impl = std::make_unique<Impl>(std::move(*folder));
  if (auto failure = impl->openStore(config)) return tl::unexpected(*failure);
  if (auto failure = impl->bind(config)) return tl::unexpected(*failure);
  impl->onBroken = std::move(onBroken);
  impl->wire(config);
  if (auto failure = impl->startAdmin(config)) return tl::unexpected(*failure);
  impl->chat->takeUp();
  impl->startLoops();
  impl->startCheck();
  return std::unique_ptr<ServerProcess>(new ServerProcess(std::move(impl)));
}

const std::string& ServerProcess::url() const { return impl_->url; }

void ServerProcess::sweep() {
  impl_->chat->sweep();
  impl_->housekeeping->sweep();
}

void ServerProcess::reload(const Config& config) {
  if (auto keys = tokenKeys(config.auth, impl_->folder, impl_->random); !keys) {
    base::log::error("the keys stay as they were", {{"error", keys.error().message}});
  } else {
    impl_->tokens->setKeys(std::move(*keys));
    base::log::info("read the keys again");
  }
  if (impl_->tls == nullptr) return;
  if (const auto read = impl_->tls->reload(); !read) {
    base::log::error("the certificate stays as it was", {{"error", read.error().message}});
  } else {
    base::log::info("read the certificate again");
  }
}

void ServerProcess::beginDrain() {
  impl_->engine->refuseHandshakes();
  impl_->adminSocket.reset();
  impl_->chat->drain([this] { impl_->writer->close([this] { impl_->committed = true; }); });
}

bool ServerProcess::isCommitted() const { return impl_->committed; }

void ServerProcess::closeConnections() {
  if (!impl_->unixSocket.empty()) unlink(impl_->unixSocket.c_str());
  for (std::size_t i = 0; i < impl_->loops.size(); ++i) {
    impl_->loops[i]->post([impl = impl_.get(), i] {
      for (std::size_t n = i; n < impl->listeners.size(); n += impl->loops.size()) {
        if (impl->listeners[n] != nullptr) impl->listeners[n]->close();
      }
      impl->engine->engine(static_cast<unsigned>(i)).closeAll(engineio::CloseReason::kShuttingDown);
    });
  }
}

bool ServerProcess::isClosed() const {
  std::uint64_t open = 0;
  for (const auto& loop : impl_->loops) open += loop->stats().open.load();
  return open == 0;
}

}  // namespace rookery::app
