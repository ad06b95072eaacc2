#include "rookery/socketio/io.h"

#include "rookery/base/log.h"
#include "rookery/base/mutex.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "rookery/net/http_host.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {
namespace {

/// Names that clients choose: long enough for any purpose, and for std::regex, which recurses.
constexpr std::size_t kLongestDynamicName = 256;

}  // namespace

struct Io::Impl {
  Impl(std::unique_ptr<net::HttpHost> made, const Options& options)
      : host(std::move(made)),
        server(withHandshakes(options.sockets), host->loops()),
        engine(options.engine, server, host->loops()),
        endpoint(engine) {}
  ~Impl() { host->stop(); }

  static socketio::Options withHandshakes(socketio::Options options) {
    options.keepHandshake = true;  // each namespace that is joined later shows it again
    return options;
  }

  IoNamespace* find(std::string_view name) ROOKERY_REQUIRES(mutex) {
    for (const auto& one : namespaces) {
      if (one->name() == name) return one.get();
    }
    return nullptr;
  }
  IoDynamic* patternOf(std::string_view name) const {
    if (name.size() > kLongestDynamicName) return nullptr;
    for (const auto& one : dynamic) {
      if (one->matches(name)) return one.get();
    }
    return nullptr;
  }
  IoNamespace* makeOf(IoDynamic& pattern, std::string_view name) ROOKERY_REQUIRES(mutex) {
    if (dynamicCount >= server.options().maxDynamicNamespaces) {
      base::log::limited(base::log::Level::kWarn, "too many dynamic namespaces", {{"name", name}});
      return nullptr;
    }
    ++dynamicCount;
    server.of(name, [&](Namespace& raw) { namespaces.push_back(pattern.make(raw)); });
    return namespaces.back().get();
  }

  std::unique_ptr<net::HttpHost> host;
  Server server;
  engineio::Server engine;
  engineio::Endpoint endpoint;
  std::vector<std::unique_ptr<IoDynamic>> dynamic;
  base::Mutex mutex;
  std::vector<std::unique_ptr<IoNamespace>> namespaces ROOKERY_GUARDED_BY(mutex);
  std::size_t dynamicCount ROOKERY_GUARDED_BY(mutex) = 0;
};

Io::Io(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->server.onUnknownNamespace([&its = *impl_](std::string_view name) -> Namespace* {
    IoDynamic* const pattern = its.patternOf(name);
    if (pattern == nullptr) return nullptr;
    const base::MutexLock lock(its.mutex);
    IoNamespace* nsp = its.find(name);  // another loop may have made it
    if (nsp == nullptr) nsp = its.makeOf(*pattern, name);
    return nsp == nullptr ? nullptr : &nsp->raw();
  });
}

Io::~Io() = default;

base::Result<std::unique_ptr<Io>> Io::listen(Options options) {
  auto host = net::HttpHost::bind({.listen = options.listen,
                                   .loops = options.loops,
                                   .certificate = options.certificate,
                                   .key = options.key});
  if (!host) return base::fail(host.error());
  auto impl = std::make_unique<Impl>(std::move(*host), options);
  return std::unique_ptr<Io>(new Io(std::move(impl)));
}

IoNamespace& Io::of(std::string_view name) {
  IoDynamic* const pattern = impl_->patternOf(name);
  const base::MutexLock lock(impl_->mutex);
  if (IoNamespace* const found = impl_->find(name)) return *found;
  IoNamespace* made = pattern == nullptr ? nullptr : impl_->makeOf(*pattern, name);
  if (made != nullptr) return *made;
  impl_->server.of(name, [&](Namespace& raw) {
    impl_->namespaces.push_back(std::make_unique<IoNamespace>(*this, raw));
  });
  return *impl_->namespaces.back();
}

IoDynamic& Io::ofMatching(IoDynamic::Matches matches) {
  impl_->dynamic.push_back(std::make_unique<IoDynamic>(*this, std::move(matches)));
  return *impl_->dynamic.back();
}

IoDynamic& Io::ofMatching(std::regex pattern) {
  return ofMatching([pattern = std::move(pattern)](std::string_view name) {
    return std::regex_search(name.begin(), name.end(), pattern);
  });
}

void Io::page(std::string path, std::string contentType, std::string body) {
  impl_->endpoint.addPage(std::move(path), std::move(contentType), std::move(body));
}

const std::string& Io::url() const { return impl_->host->url(); }

Server& Io::server() const { return impl_->server; }

void Io::start() { impl_->host->start(impl_->endpoint); }

void Io::stop() { impl_->host->stop(); }

void Io::run() {
  net::HttpHost::takeStopSignals();
  start();
  net::HttpHost::waitForStopSignal();
  stop();
}

}  // namespace rookery::socketio
