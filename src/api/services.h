#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"
#include "rookery/base/random.h"
#include "rookery/base/thread_pool.h"
#include "rookery/base/token_bucket.h"
#include "rookery/chat/chat_admin.h"
#include "rookery/chat/tokens.h"
#include "rookery/engineio/engine.h"
#include "rookery/files/file_store.h"
#include "rookery/mail/mailer.h"
#include "rookery/net/cors.h"
#include "rookery/net/loop.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::api {

/// Settings of REST and operations (cli.md). Fixed once HttpRoot is made.
struct Options {
  /// What absolute URLs begin with, e.g. "http://127.0.0.1:3000"; no slash at its end.
  std::string publicUrl;
  std::chrono::seconds tokenTtl{86'400};
  std::size_t bodyBytes = 65'536;                      ///< of a request's body; more is 413
  std::size_t hashesQueued = 200;                      ///< password hashes that wait; more are 503
  base::RateLimit logins{.rate = 1, .burst = 10};      ///< per address
  base::RateLimit signups{.rate = 1, .burst = 100};    ///< per address
  base::RateLimit attempts{.rate = 0.5, .burst = 20};  ///< to get into an account, per account
  base::RateLimit codes{.rate = 0.002, .burst = 5};  ///< one-time codes that are sent, per account
  base::RateLimit handshakes{.rate = 200, .burst = 2'000};  ///< of Engine.IO, per address
  base::RateLimit history{.rate = 50, .burst = 200};        ///< reads of messages, per user
  base::RateLimit joins{.rate = 20, .burst = 200};          ///< tries of a join code, per user
  std::uint64_t fileBytes = 100UL << 20;                    ///< of an upload; more is 413
  std::size_t pictureBytes = 5UL << 20;                     ///< of an avatar
  std::uint64_t quotaBytes = 1UL << 30;                     ///< of all uploads of a user
  std::string imageKeySuffix = "rookery";                   ///< chat::Options::imageKeySuffix
  net::Cors cors;
};

/// What REST and operations work on. Everything outlives the HttpRoot that is made with it, and
/// may be used from any thread.
struct Services {
  const base::Clock& clock;
  base::Random& random;
  base::ObjectIdGenerator& ids;
  store::StoreReaders& readers;
  store::StoreWriter& writer;
  const store::StoreStats& storeStats;
  base::ThreadPool& workers;  ///< for password hashes
  files::FileStore& files;
  base::ThreadPool& fileThreads;
  const mail::Mailer* mailer;  ///< null: no mail can be sent
  base::ThreadPool& mailThread;
  const chat::Tokens& tokens;
  chat::ChatAdmin& chat;
  engineio::Server& engine;
  std::vector<net::Loop*> loops;
  std::function<std::uint64_t()> deliveries;  ///< frames handed to sockets so far
  base::WallMs startedAt = 0;                 ///< of the process
  Options options;
};

}  // namespace rookery::api
