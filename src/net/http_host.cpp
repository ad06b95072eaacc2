#include "rookery/net/http_host.h"

#include <signal.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "rookery/net/epoll_loop.h"
#include "rookery/net/listener.h"

namespace rookery::net {
namespace {

sigset_t stopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT}) sigaddset(&signals, one);
  return signals;
}

}  // namespace

struct HttpHost::Impl {
  base::SystemClock clock;
  base::SystemRandom random;
  std::string url;
  std::vector<int> listening;
  std::vector<std::unique_ptr<EpollLoop>> loops;
  std::unique_ptr<TlsContext> tls;
  std::unique_ptr<HttpServerContext> context;
  std::vector<std::unique_ptr<Listener>> listeners;  ///< each made on its loop
  std::vector<std::thread> threads;
};

HttpHost::HttpHost(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpHost::~HttpHost() { stop(); }

base::Result<std::unique_ptr<HttpHost>> HttpHost::bind(const Options& options) {
  auto address = parseListenAddress(options.listen);
  if (!address) return base::fail(address.error());
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned count = options.loops == 0 ? cores : options.loops;
  auto impl = std::make_unique<Impl>();
  if (!options.certificate.empty()) {
    auto tls = TlsContext::load(options.certificate, options.key);
    if (!tls) return base::fail(tls.error());
    impl->tls = std::move(*tls);
  }
  auto descriptors = bindListeners(*address, count);
  if (!descriptors) return base::fail(descriptors.error());
  impl->listening = std::move(*descriptors);
  impl->url = urlOf(*address, impl->tls != nullptr);
  for (unsigned i = 0; i < count; ++i) {
    impl->loops.push_back(std::make_unique<EpollLoop>(i, impl->clock, impl->random));
  }
  return std::unique_ptr<HttpHost>(new HttpHost(std::move(impl)));
}

std::vector<Loop*> HttpHost::loops() const {
  std::vector<Loop*> all;
  for (const auto& loop : impl_->loops) all.push_back(loop.get());
  return all;
}

const std::string& HttpHost::url() const { return impl_->url; }

void HttpHost::start(HttpService& service) {
  signal(SIGPIPE, SIG_IGN);
  impl_->context = std::make_unique<HttpServerContext>(HttpServerContext{service, {}});
  for (const auto& loop : impl_->loops) impl_->context->loops.push_back(loop.get());
  impl_->context->tls = impl_->tls.get();
  impl_->listeners.resize(impl_->loops.size());
  for (std::size_t i = 0; i < impl_->loops.size(); ++i) {
    impl_->loops[i]->post([impl = impl_.get(), i] {
      impl->listeners[i] =
          std::make_unique<Listener>(*impl->loops[i], impl->listening[i], *impl->context);
    });
    impl_->threads.emplace_back([impl = impl_.get(), i] { impl->loops[i]->run(); });
  }
}

void HttpHost::stop() {
  for (const auto& loop : impl_->loops) loop->stop();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->listeners.clear();
  for (const auto& loop : impl_->loops) loop->dropWork();
}

void HttpHost::takeStopSignals() {
  const sigset_t signals = stopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void HttpHost::waitForStopSignal() {
  const sigset_t signals = stopSignals();
  int which = 0;
  while (sigwait(&signals, &which) != 0) {
  }
}

}  // namespace rookery::net
