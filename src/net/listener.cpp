#include "rookery/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/net/proxy_header.h"
#include "rookery/net/tcp_stream.h"

namespace rookery::net {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsPerTurn = 128;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

base::Result<SocketAddress> toSocketAddress(const ListenAddress& address) {
  SocketAddress result;
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    result.length = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    result.length = sizeof(sockaddr_in6);
  } else {
    return base::fail(base::ErrorCode::kInvalidPayload, "'" + host + "' is no IP address");
  }
  return result;
}

std::uint16_t portOf(const SocketAddress& address) {
  return ntohs(address.storage.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port
                   : reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port);
}

PeerAddress toPeer(const sockaddr_storage& storage) {
  PeerAddress peer;
  if (storage.ss_family == AF_UNIX) {  // somebody on this machine
    peer.bytes[10] = peer.bytes[11] = 0xff;
    peer.bytes[12] = 127;
    peer.bytes[15] = 1;
  } else if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    peer.bytes[10] = peer.bytes[11] = 0xff;
    std::memcpy(peer.bytes + 12, &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    std::memcpy(peer.bytes, &v6.sin6_addr, sizeof peer.bytes);
    peer.port = ntohs(v6.sin6_port);
  }
  return peer;
}

base::Result<int> bindOne(SocketAddress& address, bool shared) {
  const int descriptor =
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  const char* step = "socket";
  if (descriptor >= 0) {
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    step = "bind";
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&address.storage), address.length) == 0) {
      step = "listen";
      if (listen(descriptor, kBacklog) == 0) {
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address.storage), &address.length);
        return descriptor;
      }
    }
  }
  const int cause = errno;
  if (descriptor >= 0) close(descriptor);
  return base::fail(base::ErrorCode::kInternal, std::string(step) + ": " + std::strerror(cause));
}

}  // namespace

base::Result<ListenAddress> parseListenAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    return base::fail(base::ErrorCode::kInvalidPayload, "'" + text + "' is not HOST:PORT");
  }
  ListenAddress address{text.substr(0, colon), 0};
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty()) address.host = "0.0.0.0";
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || rest != end) {
    return base::fail(base::ErrorCode::kInvalidPayload, "'" + text + "' has no port of 0 to 65535");
  }
  return address;
}

std::string urlOf(const ListenAddress& address, bool tls) {
  const bool isV6 = address.host.find(':') != std::string::npos;
  return (tls ? "https://" : "http://") + (isV6 ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(address.port);
}

base::Result<std::vector<int>> bindListeners(ListenAddress& address, unsigned count) {
  base::Result<SocketAddress> wanted = toSocketAddress(address);
  if (!wanted) return base::fail(wanted.error());
  // Alone first: with SO_REUSEPORT the kernel would let a second server of ours share the port.
  base::Result<int> probe = bindOne(*wanted, false);
  if (!probe) return base::fail(probe.error());
  close(*probe);
  std::vector<int> descriptors;
  for (unsigned i = 0; i < count; ++i) {
    base::Result<int> one = bindOne(*wanted, true);
    if (!one) {
      for (const int descriptor : descriptors) close(descriptor);
      return base::fail(one.error());
    }
    descriptors.push_back(*one);
  }
  address.port = portOf(*wanted);
  return descriptors;
}

base::Result<std::vector<int>> bindUnixListeners(const std::string& path, unsigned count) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return base::fail(base::ErrorCode::kInvalidPayload, path + " is longer than 107 bytes");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  const auto failed = [&path](const char* step) {
    return base::fail(base::ErrorCode::kInternal, path + ": " + step + ": " + std::strerror(errno));
  };
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool isTaken = probe >= 0 && connect(probe, where, sizeof address) == 0;
  if (probe >= 0) close(probe);
  if (isTaken) {
    return base::fail(base::ErrorCode::kInternal, path + ": another process listens there");
  }
  unlink(path.c_str());  // a server that was killed leaves its socket behind
  const int first = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (first < 0) return failed("socket");
  std::vector<int> descriptors{first};
  // Nobody else may connect before its mode is what it is to be.
  const bool isBound = fchmod(first, S_IRUSR | S_IWUSR) == 0 &&
                       bind(first, where, sizeof address) == 0 && listen(first, kBacklog) == 0 &&
                       chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) == 0;
  // Loops share the socket: whichever is awake first accepts.
  while (isBound && descriptors.size() < count) {
    const int shared = fcntl(first, F_DUPFD_CLOEXEC, 0);
    if (shared < 0) break;
    descriptors.push_back(shared);
  }
  if (descriptors.size() == count) return descriptors;
  const auto failure = failed("bind");
  for (const int descriptor : descriptors) close(descriptor);
  return failure;
}

/// Reads what the proxy says, and not a byte of the client: TLS, or HTTP, takes those from the
/// descriptor itself. Owner: the listener.
class Listener::Prelude final : public EpollLoop::Watcher {
 public:
  Prelude(Listener& listener, int descriptor, const PeerAddress& proxy)
      : peer(proxy), listener_(listener), descriptor_(descriptor), patience_(this, [](void* self) {
          auto* prelude = static_cast<Prelude*>(self);
          prelude->refuse("no PROXY header came in time");
        }) {}
  ~Prelude() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void start() {
    constexpr std::chrono::seconds kPatience{5};
    if (!listener_.loop_.watch(descriptor_, EPOLLIN, *this)) return refuse("it cannot be watched");
    listener_.loop_.arm(patience_, kPatience);
  }
  /// -1 when the connection is not to be.
  int takeDescriptor() { return std::exchange(descriptor_, -1); }

  PeerAddress peer;  ///< the proxy; the client once that is known

 private:
  void onReady(std::uint32_t /*epollEvents*/) override {
    std::array<char, ProxyHeader::kMaxBytes> bytes;
    const ssize_t seen = recv(descriptor_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (seen <= 0) return refuse("the proxy is gone");
    std::size_t used = 0;
    const ProxyHeader::Status status =
        header_.take({bytes.data(), static_cast<std::size_t>(seen)}, used);
    if (recv(descriptor_, bytes.data(), used, MSG_DONTWAIT) != static_cast<ssize_t>(used)) {
      return refuse("the proxy is gone");
    }
    if (status == ProxyHeader::Status::kNeedMore) return;
    if (status == ProxyHeader::Status::kBroken) return refuse("no PROXY header");
    if (header_.source()) peer = *header_.source();
    end();
  }

  void refuse(std::string_view why) {
    base::log::limited(base::log::Level::kWarn, "a connection was refused",
                       {{"peer", peer.text()}, {"error", why}});
    listener_.loop_.unwatch(descriptor_);
    ::close(std::exchange(descriptor_, -1));
    patience_.cancel();
    listener_.finish(*this);
  }
  void end() {
    listener_.loop_.unwatch(descriptor_);
    patience_.cancel();
    listener_.finish(*this);
  }

  Listener& listener_;
  int descriptor_;
  ProxyHeader header_;
  Timer patience_;
};

Listener::Listener(EpollLoop& loop, int descriptor, HttpServerContext& context)
    : loop_(loop), descriptor_(descriptor), context_(context), resume_(this, [](void* self) {
        auto* listener = static_cast<Listener*>(self);
        listener->loop_.rewatch(listener->descriptor_, EPOLLIN, *listener);
      }) {
  if (!loop_.watch(descriptor_, EPOLLIN, *this)) base::log::error("cannot watch the listener");
}

Listener::~Listener() { close(); }

void Listener::close() {
  if (descriptor_ < 0) return;
  resume_.cancel();
  loop_.unwatch(descriptor_);
  ::close(std::exchange(descriptor_, -1));
}

void Listener::finish(Prelude& prelude) {
  auto ended = preludes_.extract(&prelude);
  const int descriptor = prelude.takeDescriptor();
  if (descriptor >= 0) begin(descriptor, prelude.peer);
  // It may be on the stack.
  loop_.post([dead = std::move(ended.mapped())] {});
}

void Listener::pause() {
  base::log::limited(base::log::Level::kError, "out of descriptors, not accepting for a moment",
                     {{"error", std::strerror(errno)}});
  loop_.rewatch(descriptor_, 0, *this);
  loop_.arm(resume_, kPauseWithoutDescriptors);
}

void Listener::onReady(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn && descriptor_ >= 0; ++i) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    const int accepted = accept4(descriptor_, reinterpret_cast<sockaddr*>(&storage), &length,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause();
      return;
    }
    if (storage.ss_family != AF_UNIX) {
      const int on = 1;
      setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    loop_.stats().accepted.fetch_add(1, std::memory_order_relaxed);
    const PeerAddress peer = toPeer(storage);
    if (!context_.proxyProtocol) {
      begin(accepted, peer);
    } else if (context_.proxies == nullptr || !context_.proxies->contains(peer)) {
      base::log::limited(base::log::Level::kWarn, "a connection was refused",
                         {{"peer", peer.text()}, {"error", "it is from no trusted proxy"}});
      ::close(accepted);
    } else {
      auto made = std::make_unique<Prelude>(*this, accepted, peer);
      Prelude& prelude = *made;
      preludes_.emplace(&prelude, std::move(made));
      prelude.start();
    }
  }
}

void Listener::begin(int descriptor, PeerAddress peer) {
  DetachedStream connected{descriptor, nullptr};
  if (context_.tls != nullptr) {
    connected.tls = context_.tls->accept(descriptor);
    peer.secure = true;
    if (connected.tls == nullptr) {
      base::log::limited(base::log::Level::kError, "no memory for a TLS connection",
                         {{"peer", peer.text()}});
      ::close(descriptor);
      return;
    }
  }
  TcpStream& stream = loop_.adopt(std::move(connected), peer);
  stream.setHandler(std::make_unique<HttpConnection>(stream, context_));
}

}  // namespace rookery::net
