#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rookery/base/log.h"
#include "rookery/base/token_bucket.h"

namespace rookery::app {

/// The settings of the server. What each means, its range and its name in files, variables and
/// flags stand in the table of settings.h, from which docs/configuration.md is printed.
/// Thread: any, once loaded.
struct Config {
  struct Server {
    std::string listen = "127.0.0.1:3000";  ///< as net::parseListenAddress() takes it
    unsigned loops = 0;                     ///< 0: one for each core
    std::string data = "./data";
    std::vector<std::string> trustedProxies;
    bool proxyProtocol = false;
    std::string unixSocket;  ///< a path; empty: none
    std::chrono::milliseconds requestTimeout{30'000};
    std::chrono::milliseconds idleTimeout{65'000};
    std::string publicUrl;  ///< without '/' at its end; empty: the address that is listened on
  };
  struct Tls {
    std::string certificate;  ///< empty: plain HTTP
    std::string key;
  };
  struct Store {
    std::string url;  ///< `sqlite:PATH`, `postgresql://…`; empty: rookery.db in the data folder
    std::chrono::milliseconds retryFor{10'000};
    std::size_t queueRecords = 100'000;
    std::size_t queueBytes = 64UL << 20;
    unsigned readers = 2;
  };
  struct Auth {
    std::string secret;          ///< empty: the one in the data folder
    std::string previousSecret;  ///< empty: none
    std::string publicKeys;      ///< path of a JWKS document or PEM file; empty: none
    std::chrono::milliseconds tokenTtl = std::chrono::hours(24);
    std::chrono::milliseconds expiryGrace{30'000};
    std::string imageKey = "rookery";  ///< the end of a message's imageKey (events.md, rooms)
  };
  struct Mail {
    std::string url;  ///< smtp://host:port or smtps://…; empty: no mail is sent
    std::string user;
    std::string password;
    std::string from;
    std::string ca;
    bool startTls = true;
    std::chrono::milliseconds timeout{10'000};
  };
  struct Files {
    std::size_t maxBytes = 100UL << 20;
    std::size_t pictureBytes = 5UL << 20;
    std::size_t quotaBytes = 1UL << 30;
  };
  struct Engine {
    std::string path = "/socket.io/";
    std::chrono::milliseconds pingInterval{25'000};
    std::chrono::milliseconds pingTimeout{20'000};
    std::chrono::milliseconds upgradeTimeout{10'000};
    std::chrono::milliseconds connectTimeout{45'000};
    std::size_t maxHttpBufferSize = 1'000'000;
    bool allowEio3 = false;
    bool cookie = false;
    bool deflate = false;
    std::size_t deflateThreshold = 1'024;
  };
  struct Limits {
    base::RateLimit messages{.rate = 50, .burst = 500};  ///< this one to `history`: per user
    base::RateLimit typing{.rate = 5, .burst = 20};
    base::RateLimit joins{.rate = 20, .burst = 200};
    base::RateLimit calls{.rate = 20, .burst = 200};
    base::RateLimit uploads{.rate = 50, .burst = 100};
    base::RateLimit other{.rate = 50, .burst = 300};
    base::RateLimit history{.rate = 50, .burst = 200};
    base::RateLimit attempts{.rate = 0.5, .burst = 20};  ///< per account
    base::RateLimit codes{.rate = 0.002, .burst = 5};    ///< per account
    base::RateLimit logins{.rate = 1, .burst = 10};      ///< this one to `handshakes`: per address
    base::RateLimit signups{.rate = 1, .burst = 100};
    base::RateLimit handshakes{.rate = 200, .burst = 2'000};
    std::size_t bodyBytes = 65'536;
    std::size_t connections = 1'000'000;
    std::size_t outQueueBytes = 1UL << 20;
    std::size_t inboxItems = 100'000;
    std::size_t waitingPerConversation = 256;
    std::size_t conversations = 100'000;
  };
  struct Chat {
    std::chrono::milliseconds grace{120'000};
    std::chrono::milliseconds presenceGrace{5'000};
    std::chrono::milliseconds typingFor{6'000};
    std::chrono::milliseconds typingRepeat{2'000};
    std::chrono::milliseconds searchLag{250};
  };
  struct Recovery {
    std::chrono::milliseconds window{120'000};
    std::size_t bytes = 32UL << 20;
    std::chrono::milliseconds keepFor{24 * 3'600'000};
  };
  struct Retention {
    std::size_t days = 0;      ///< 0: for ever
    std::size_t messages = 0;  ///< of a workspace; 0: any number
    std::vector<std::string> workspaces;
  };
  struct Drain {
    std::chrono::milliseconds grace{2'000};
    std::chrono::milliseconds timeout{15'000};
    std::chrono::milliseconds retryAfterMin{1'000};
    std::chrono::milliseconds retryAfterMax{5'000};
  };
  struct Cors {
    std::vector<std::string> origins;  ///< empty: any, without credentials
  };
  struct Log {
    base::log::Level level = base::log::Level::kInfo;
    base::log::Format format = base::log::Format::kText;
  };

  Server server;
  Tls tls;
  Store store;
  Auth auth;
  Mail mail;
  Files files;
  Engine engine;
  Limits limits;
  Chat chat;
  Recovery recovery;
  Retention retention;
  Drain drain;
  Cors cors;
  Log log;

  /// `store.url`, else rookery.db in `server.data`, as store::backendFor() takes it.
  [[nodiscard]] std::string storeUrl() const;
  /// The path of the SQLite file; empty when the store is none.
  [[nodiscard]] std::string databasePath() const;
};

}  // namespace rookery::app
