#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "rookery/app/retention.h"
#include "rookery/app/setting.h"
#include "rookery/mail/mailer.h"
#include "rookery/net/listener.h"
#include "rookery/net/trusted_proxies.h"

/// The table of settings: a new one is a member of Config and a row here; the documents, variables
/// and checks follow.
namespace rookery::app {
namespace {

constexpr double kHourMs = 3'600'000;
constexpr double kMaxRate = 1'000'000'000;
constexpr double kMaxBytes = 1UL << 40;
constexpr std::size_t kMinSecret = 32;  // RFC 7518 §3.2: HS256 wants a key as long as its hash

bool isListenAddress(const std::string& text) {
  const auto address = net::parseListenAddress(text);
  if (!address) return false;
  in6_addr ignored{};
  return address->host == "localhost" || inet_pton(AF_INET, address->host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, address->host.c_str(), &ignored) == 1;
}

/// What an address consists of: ASCII that needs no escape in HTML or a header.
bool isUrlText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"'<>\\`").find(c) == std::string_view::npos;
  });
}

/// What follows `http://` or `https://`; empty when neither stands there.
std::string_view afterHttpScheme(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) return text.substr(scheme.size());
  }
  return {};
}

bool isPublicUrl(const std::string& text) {
  const std::string_view rest = afterHttpScheme(text);
  return text.empty() || (!rest.empty() && isUrlText(rest) && rest.front() != '/' &&
                          rest.back() != '/' && rest.find_first_of("?#") == std::string_view::npos);
}

bool isOrigin(const std::string& text) {
  const std::string_view rest = afterHttpScheme(text);
  return !rest.empty() && isUrlText(rest) && rest.find_first_of("/?#*") == std::string_view::npos;
}

bool isStoreUrl(const std::string& text) {
  constexpr std::array<std::string_view, 2> kSchemes = {"sqlite:", "postgresql://"};
  return text.empty() || std::ranges::any_of(kSchemes, [&text](std::string_view scheme) {
           return text.starts_with(scheme) && text.size() > scheme.size();
         });
}

bool isEnginePath(const std::string& text) {
  return text.size() >= 2 && text.front() == '/' && text.back() == '/' && isUrlText(text) &&
         text.find_first_of("?#%") == std::string::npos && text.find("//") == std::string::npos;
}

bool isMailUrl(const std::string& text) {
  constexpr std::array<std::string_view, 2> kSchemes = {"smtp://", "smtps://"};
  return text.empty() ||
         (isUrlText(text) && std::ranges::any_of(kSchemes, [&text](std::string_view scheme) {
            return text.starts_with(scheme) && text.size() > scheme.size();
          }));
}

bool isMailFrom(const std::string& text) { return text.empty() || !mail::addressIn(text).empty(); }

bool isSecret(const std::string& text) { return text.empty() || text.size() >= kMinSecret; }

/// It ends a key of a file: nothing that could mean something in a path.
bool isImageKey(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool isNetwork(const std::string& text) { return net::TrustedProxies().add(text); }

bool isOwnRetention(const std::string& text) { return OwnRetention::parse(text).has_value(); }

bool isSocketPath(const std::string& text) { return text.size() <= 107; }

bool isFolder(const std::string& text) { return !text.empty(); }

using Rule = bool (*)(const std::string&);

/// The value that a row stands for.
template <auto Section, auto Member>
auto& at(Config& config) {
  return config.*Section.*Member;
}

Setting text(std::string_view name, Setting::Member member, Rule rule, std::string_view ruleText,
             std::string_view description, Setting::Form form = Setting::Form::kPlain) {
  return {.name = name,
          .member = member,
          .form = form,
          .rule = rule,
          .ruleText = ruleText,
          .description = description};
}

Setting number(std::string_view name, Setting::Member member, double min, double max,
               std::string_view description, Setting::Form form = Setting::Form::kPlain) {
  return {.name = name,
          .member = member,
          .form = form,
          .min = min,
          .max = max,
          .description = description};
}

/// A choice, or true and false.
Setting choice(std::string_view name, Setting::Member member, std::string_view description) {
  return {.name = name, .member = member, .description = description};
}

using Rows = std::vector<Setting>;

void addServer(Rows& rows) {
  rows.push_back(text("server.listen", at<&Config::server, &Config::Server::listen>,
                      isListenAddress, "HOST:PORT with an IP address, or :PORT for every address",
                      "Where the server listens; port 0 picks a free one. Also `--listen`"));
  rows.push_back(number("server.loops", at<&Config::server, &Config::Server::loops>, 0, 1024,
                        "Event loops, each a thread; 0 is one for each core. Also `--loops`"));
  rows.push_back(text("server.data", at<&Config::server, &Config::Server::data>, isFolder,
                      "a folder", "The data folder; made when it is missing. Also `--data`"));
  rows.push_back(text(
      "server.publicUrl", at<&Config::server, &Config::Server::publicUrl>, isPublicUrl,
      "an http or https address without '/' at its end",
      "How browsers reach the server, when a proxy stands before it; empty: the address that it "
      "listens on"));
  rows.push_back(
      text("server.trustedProxies", at<&Config::server, &Config::Server::trustedProxies>, isNetwork,
           "addresses and networks like 10.0.0.0/8 (separated by commas in a variable or a flag)",
           "Proxies whose X-Forwarded-For and X-Forwarded-Proto say where a request comes from"));
  rows.push_back(choice("server.proxyProtocol", at<&Config::server, &Config::Server::proxyProtocol>,
                        "Connections begin with a header of the PROXY protocol, version 1 or 2; "
                        "those that are not from a trusted proxy are refused"));
  rows.push_back(text("server.unixSocket", at<&Config::server, &Config::Server::unixSocket>,
                      isSocketPath, "a path of at most 107 bytes",
                      "Where the server listens in the file system too, with mode 0660; its "
                      "connections count as from 127.0.0.1; empty: nowhere"));
  rows.push_back(number(
      "server.requestTimeoutMs", at<&Config::server, &Config::Server::requestTimeout>, 100, kHourMs,
      "How long the head of a request may take to arrive, and each KiB of its body"));
  rows.push_back(number("server.idleTimeoutMs", at<&Config::server, &Config::Server::idleTimeout>,
                        100, kHourMs, "How long a connection may wait for its next request"));
}

void addTls(Rows& rows) {
  rows.push_back(text("tls.certificate", at<&Config::tls, &Config::Tls::certificate>, nullptr,
                      "the path of a PEM file",
                      "The certificate with its chain: clients connect over TLS alone. Read again "
                      "on SIGHUP; empty: plain HTTP"));
  rows.push_back(text("tls.key", at<&Config::tls, &Config::Tls::key>, nullptr,
                      "the path of a PEM file", "The certificate's private key"));
}

void addStore(Rows& rows) {
  rows.push_back(text("store.url", at<&Config::store, &Config::Store::url>, isStoreUrl,
                      "sqlite:PATH or postgresql://USER@HOST:PORT/NAME",
                      "The store; empty: `rookery.db` in the data folder. Also `--store`"));
  rows.push_back(
      number("store.retryForMs", at<&Config::store, &Config::Store::retryFor>, 0, kHourMs,
             "How long an accepted message waits for a store that fails, before it fails too"));
  rows.push_back(number("store.queueRecords", at<&Config::store, &Config::Store::queueRecords>, 1,
                        100'000'000,
                        "Messages that may wait for their commit; more are answered OVERLOADED"));
  rows.push_back(number("store.queueBytes", at<&Config::store, &Config::Store::queueBytes>, 1 << 20,
                        kMaxBytes, "The same in bytes"));
  rows.push_back(number("store.readers", at<&Config::store, &Config::Store::readers>, 1, 64,
                        "Threads that read from the store"));
}

void addAuth(Rows& rows) {
  rows.push_back(text(
      "auth.secret", at<&Config::auth, &Config::Auth::secret>, isSecret,
      "a text of at least 32 bytes",
      "Signs the tokens; empty: `secret.key` in the data folder, made on the first start. Better "
      "given in the file or the variable than in a flag, which every user of the machine sees",
      Setting::Form::kSecret));
  rows.push_back(text("auth.previousSecret", at<&Config::auth, &Config::Auth::previousSecret>,
                      isSecret, "a text of at least 32 bytes",
                      "What signed before `auth.secret` was replaced: its tokens are good still. "
                      "Read again on SIGHUP, as `auth.secret` is",
                      Setting::Form::kSecret));
  rows.push_back(text("auth.publicKeys", at<&Config::auth, &Config::Auth::publicKeys>, nullptr,
                      "the path of a JWKS document or of a PEM file",
                      "Keys of other issuers, whose tokens (RS256, ES256) are taken. Read again on "
                      "SIGHUP"));
  rows.push_back(number("auth.tokenTtl", at<&Config::auth, &Config::Auth::tokenTtl>, 1'000,
                        10 * 365 * 24 * kHourMs, "How long a token is valid after signing in",
                        Setting::Form::kDuration));
  rows.push_back(number("auth.expiryGraceMs", at<&Config::auth, &Config::Auth::expiryGrace>, 0,
                        kHourMs, "How long a connection outlives its token"));
  rows.push_back(text("auth.imageKey", at<&Config::auth, &Config::Auth::imageKey>, isImageKey,
                      "letters, digits, '-', '_' and '.'",
                      "The end of every message's `imageKey`"));
}

void addMail(Rows& rows) {
  rows.push_back(text("mail.url", at<&Config::mail, &Config::Mail::url>, isMailUrl,
                      "smtp://HOST:PORT or smtps://HOST:PORT",
                      "The server that takes mail, for one-time codes; empty: none is sent, and "
                      "`rookery user code` gives them out"));
  rows.push_back(text("mail.user", at<&Config::mail, &Config::Mail::user>, nullptr, "a name",
                      "Whom to sign in as there; empty: nobody"));
  rows.push_back(text("mail.password", at<&Config::mail, &Config::Mail::password>, nullptr,
                      "a text", "That user's password", Setting::Form::kSecret));
  rows.push_back(text("mail.from", at<&Config::mail, &Config::Mail::from>, isMailFrom,
                      "an address, or NAME <ADDRESS>", "The sender of all mail"));
  rows.push_back(text("mail.ca", at<&Config::mail, &Config::Mail::ca>, nullptr,
                      "the path of a PEM file",
                      "Whose certificates to trust; empty: those that the system trusts"));
  rows.push_back(choice("mail.startTls", at<&Config::mail, &Config::Mail::startTls>,
                        "Over smtp://, refuses to go on without TLS"));
  rows.push_back(number("mail.timeoutMs", at<&Config::mail, &Config::Mail::timeout>, 100, kHourMs,
                        "How long sending one mail may take"));
}

void addFiles(Rows& rows) {
  rows.push_back(number("files.maxBytes", at<&Config::files, &Config::Files::maxBytes>, 1,
                        kMaxBytes, "Bytes of an uploaded file"));
  rows.push_back(number("files.pictureBytes", at<&Config::files, &Config::Files::pictureBytes>, 1,
                        1UL << 30, "Bytes of a user's picture"));
  rows.push_back(number("files.quotaBytes", at<&Config::files, &Config::Files::quotaBytes>, 0,
                        kMaxBytes, "Bytes of all files of a user"));
}

void addEngine(Rows& rows) {
  rows.push_back(text("engine.path", at<&Config::engine, &Config::Engine::path>, isEnginePath,
                      "a path that begins and ends with '/'", "Where Socket.IO clients connect"));
  rows.push_back(number("engine.pingIntervalMs", at<&Config::engine, &Config::Engine::pingInterval>,
                        10, 24 * kHourMs, "Between two pings of a connection"));
  rows.push_back(number("engine.pingTimeoutMs", at<&Config::engine, &Config::Engine::pingTimeout>,
                        10, 24 * kHourMs, "How long a ping may stay unanswered"));
  rows.push_back(number("engine.upgradeTimeoutMs",
                        at<&Config::engine, &Config::Engine::upgradeTimeout>, 10, kHourMs,
                        "How long the upgrade from polling to WebSocket may take"));
  rows.push_back(number("engine.connectTimeoutMs",
                        at<&Config::engine, &Config::Engine::connectTimeout>, 10, kHourMs,
                        "How long a client may stay without joining a namespace"));
  rows.push_back(number("engine.maxHttpBufferSize",
                        at<&Config::engine, &Config::Engine::maxHttpBufferSize>, 1'024, 1UL << 30,
                        "Bytes of a client's packet, or of a polling request's body"));
  rows.push_back(choice("engine.allowEio3", at<&Config::engine, &Config::Engine::allowEio3>,
                        "Also serves the clients of Socket.IO 1 and 2, which hand over their token "
                        "in the query, as `token`"));
  rows.push_back(choice("engine.cookie", at<&Config::engine, &Config::Engine::cookie>,
                        "Names a polling session in a cookie `io`, for balancers"));
  rows.push_back(choice("engine.deflate", at<&Config::engine, &Config::Engine::deflate>,
                        "Compresses messages to WebSocket clients that offer it"));
  rows.push_back(number("engine.deflateThreshold",
                        at<&Config::engine, &Config::Engine::deflateThreshold>, 0, 1UL << 30,
                        "Shorter messages, in bytes, are sent as they are"));
}

template <base::RateLimit Config::Limits::* Limit>
void addRate(Rows& rows, std::string_view rateName, std::string_view burstName,
             std::string_view description) {
  rows.push_back(number(
      rateName, [](Config& c) -> double& { return (c.limits.*Limit).rate; }, 0.001, kMaxRate,
      description));
  rows.push_back(number(
      burstName, [](Config& c) -> double& { return (c.limits.*Limit).burst; }, 1, kMaxRate,
      "The same: how many at once"));
}

void addRates(Rows& rows) {
  addRate<&Config::Limits::messages>(rows, "limits.messages.rate", "limits.messages.burst",
                                     "Messages a user may send in a second");
  addRate<&Config::Limits::typing>(rows, "limits.typing.rate", "limits.typing.burst",
                                   "Typing notices of a user in a second");
  addRate<&Config::Limits::joins>(rows, "limits.joins.rate", "limits.joins.burst",
                                  "Rooms and channels a user may join or leave in a second");
  addRate<&Config::Limits::calls>(rows, "limits.calls.rate", "limits.calls.burst",
                                  "Signals of calls a user may send in a second");
  addRate<&Config::Limits::uploads>(rows, "limits.uploads.rate", "limits.uploads.burst",
                                    "Upload events of a user in a second");
  addRate<&Config::Limits::other>(rows, "limits.other.rate", "limits.other.burst",
                                  "All other events of a user in a second");
  addRate<&Config::Limits::history>(rows, "limits.history.rate", "limits.history.burst",
                                    "Pages of history a user may read over REST in a second");
  addRate<&Config::Limits::attempts>(rows, "limits.attempts.rate", "limits.attempts.burst",
                                     "Attempts to get into one account in a second");
  addRate<&Config::Limits::codes>(rows, "limits.codes.rate", "limits.codes.burst",
                                  "One-time codes that an account is sent in a second");
  addRate<&Config::Limits::logins>(rows, "limits.logins.rate", "limits.logins.burst",
                                   "Attempts to sign in from an address in a second");
  addRate<&Config::Limits::signups>(rows, "limits.signups.rate", "limits.signups.burst",
                                    "Accounts that are made from an address in a second");
  addRate<&Config::Limits::handshakes>(rows, "limits.handshakes.rate", "limits.handshakes.burst",
                                       "New connections from an address in a second");
}

void addLimits(Rows& rows) {
  addRates(rows);
  rows.push_back(number("limits.bodyBytes", at<&Config::limits, &Config::Limits::bodyBytes>, 1,
                        1UL << 30, "Bytes of a message's body"));
  rows.push_back(number("limits.connections", at<&Config::limits, &Config::Limits::connections>, 1,
                        100'000'000, "Connections at once; more are refused with 503"));
  rows.push_back(number("limits.outQueueBytes", at<&Config::limits, &Config::Limits::outQueueBytes>,
                        1'024, kMaxBytes,
                        "Unsent bytes of a connection, after which it is closed as too slow"));
  rows.push_back(
      number("limits.inboxItems", at<&Config::limits, &Config::Limits::inboxItems>, 1, 100'000'000,
             "Deliveries that may wait for a loop; senders are answered OVERLOADED beyond"));
  rows.push_back(number("limits.waitingPerConversation",
                        at<&Config::limits, &Config::Limits::waitingPerConversation>, 1, 1'000'000,
                        "Messages, and changes of them, that may wait for a read"));
  rows.push_back(number("limits.conversations", at<&Config::limits, &Config::Limits::conversations>,
                        1, 100'000'000, "Conversations kept in memory while nobody uses them"));
}

void addRest(Rows& rows) {
  rows.push_back(number(
      "chat.graceMs", at<&Config::chat, &Config::Chat::grace>, 0, 24 * kHourMs,
      "How long after its end a connection still counts as the earlier one for `reconnected`"));
  rows.push_back(number("chat.presenceGraceMs", at<&Config::chat, &Config::Chat::presenceGrace>, 0,
                        kHourMs,
                        "How long a user may be without a connection before offline is told"));
  rows.push_back(number("chat.typingForMs", at<&Config::chat, &Config::Chat::typingFor>, 10,
                        kHourMs, "How long somebody types who does not say that he still does"));
  rows.push_back(number("chat.typingRepeatMs", at<&Config::chat, &Config::Chat::typingRepeat>, 0,
                        kHourMs, "Typing that is repeated sooner is not sent on"));
  rows.push_back(
      number("chat.searchLagMs", at<&Config::chat, &Config::Chat::searchLag>, 10, 24 * kHourMs,
             "How long the index of search rests before it takes in what was committed"));
  rows.push_back(
      number("recovery.windowMs", at<&Config::recovery, &Config::Recovery::window>, 0, kHourMs,
             "How long a client that was cut off is given back what it had and missed; 0: never"));
  rows.push_back(number("recovery.bytes", at<&Config::recovery, &Config::Recovery::bytes>, 1 << 20,
                        kMaxBytes, "Events that each loop keeps for it"));
  rows.push_back(number("recovery.keepForMs", at<&Config::recovery, &Config::Recovery::keepFor>, 0,
                        30 * 24 * kHourMs,
                        "How long the store keeps what gives a client its connection back after "
                        "the window, or after a restart; 0: not at all"));
  rows.push_back(number("retention.days", at<&Config::retention, &Config::Retention::days>, 0,
                        kMostRetentionDays,
                        "Messages of channels that are older than so many days are deleted, but "
                        "for the newest of each channel; 0: none"));
  rows.push_back(number("retention.messages", at<&Config::retention, &Config::Retention::messages>,
                        0, kMostRetentionMessages,
                        "The oldest messages of a workspace's channels are deleted where there are "
                        "more than so many; 0: none"));
  rows.push_back(text("retention.workspaces",
                      at<&Config::retention, &Config::Retention::workspaces>, isOwnRetention,
                      "rules like 64b7f0c2a1d3e4f5a6b7c8d9=30/100000 (separated by commas in a "
                      "variable or a flag)",
                      "Workspaces that have days and messages of their own, by id"));
  rows.push_back(
      number("drain.graceMs", at<&Config::drain, &Config::Drain::grace>, 0, kHourMs,
             "How long a server that is stopping still answers new connections, with 503"));
  rows.push_back(number("drain.timeoutMs", at<&Config::drain, &Config::Drain::timeout>, 0, kHourMs,
                        "How long stopping may take in all"));
  rows.push_back(number("drain.retryAfterMinMs", at<&Config::drain, &Config::Drain::retryAfterMin>,
                        0, kHourMs,
                        "Clients are told to come back after a random time of at least this"));
  rows.push_back(number("drain.retryAfterMaxMs", at<&Config::drain, &Config::Drain::retryAfterMax>,
                        0, kHourMs, "And of at most this"));
  rows.push_back(
      text("cors.origins", at<&Config::cors, &Config::Cors::origins>, isOrigin,
           "origins like https://chat.example.org (separated by commas in a variable or a flag)",
           "Whose pages may read the answers; empty: any, without credentials"));
  rows.push_back(
      choice("log.level", at<&Config::log, &Config::Log::level>, "What is logged: from here up"));
  rows.push_back(choice("log.format", at<&Config::log, &Config::Log::format>,
                        "How a line of the log looks. Also `--log-format`"));
}

}  // namespace

std::span<const Setting> settings() {
  static const Rows kRows = [] {
    Rows rows;
    addServer(rows);
    addTls(rows);
    addStore(rows);
    addAuth(rows);
    addMail(rows);
    addFiles(rows);
    addEngine(rows);
    addLimits(rows);
    addRest(rows);
    return rows;
  }();
  return kRows;
}

}  // namespace rookery::app
