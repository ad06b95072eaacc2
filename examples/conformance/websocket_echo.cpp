#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "host.h"
#include "rookery/base/encoding.h"
#include "scenarios.h"

namespace rookery::conformance {
namespace {

/// Ends itself with its connection.
class Echo final : public net::WebSocketConnection::Handler {
 public:
  static void begin(net::WebSocketConnection& connection) {
    auto made = std::unique_ptr<Echo>(new Echo(connection));
    Echo& echo = *made;
    echo.self_ = std::move(made);
    connection.setHandler(&echo);
  }

 private:
  explicit Echo(net::WebSocketConnection& connection) : connection_(connection) {}
  void onMessage(bool binary, std::span<const std::uint8_t> payload) override {
    const std::string_view bytes = base::asText(payload);
    connection_.send(binary ? net::SharedFrame::binary(bytes) : net::SharedFrame::text(bytes));
  }
  void onEnd(const net::WebSocketEnd&) override {
    connection_.stream().loop().destroyAtTurnEnd(std::move(self_));
  }

  net::WebSocketConnection& connection_;
  std::unique_ptr<Echo> self_;
};

class EchoService final : public net::HttpService {
 public:
  EchoService(std::size_t messageBytes, bool deflates)
      : options_{.limits = {.messageBytes = messageBytes, .fragments = messageBytes},
                 .deflate = {.enabled = deflates, .threshold = 0}} {}
  std::optional<unsigned> ownerOf(const net::HttpHead&) override { return std::nullopt; }
  std::size_t bodyLimit(const net::HttpHead&) override { return 0; }
  void onRequest(net::HttpRequest, const net::PeerAddress&, net::HttpResponder responder) override {
    responder.answer(net::HttpResponse{.status = 426}.with("Upgrade", "websocket"));
  }
  void onUpgrade(net::HttpHead, net::WebSocketUpgrade upgrade) override {
    if (net::WebSocketConnection* const connection = upgrade.accept(options_)) {
      Echo::begin(*connection);
    }
  }
  net::HttpResponse unreadable(const net::HttpHead*, unsigned status, std::string_view) override {
    return {.status = status};
  }

 private:
  const net::WebSocketOptions options_;
};

}  // namespace

base::Result<void> serveWebSocketEcho(const Settings& settings) {
  constexpr std::size_t kMessageBytes = 32 * 1024 * 1024;
  auto host = net::HttpHost::bind({.listen = settings.listen, .loops = kLoops});
  if (!host) return base::fail(host.error());
  EchoService service(settings.maxPayload.value_or(kMessageBytes), settings.deflate);
  serve(**host, service);
  return {};
}

}  // namespace rookery::conformance
