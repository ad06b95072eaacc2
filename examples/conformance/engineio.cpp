#include <memory>
#include <string>
#include <string_view>

#include "host.h"
#include "rookery/base/json_writer.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "scenarios.h"

namespace rookery::conformance {
namespace {

using namespace std::chrono_literals;

void send(engineio::Session& session, bool binary, std::string_view payload) {
  session.send(binary ? net::SharedFrame::binary(payload)
                      : net::SharedFrame::text("4" + std::string(payload)));
}

class Echo : public engineio::SessionHandler {
 public:
  explicit Echo(engineio::Session& session) : session_(session) {}
  void onMessage(bool binary, std::string_view payload) override {
    send(session_, binary, payload);
  }
  void onClose(engineio::CloseReason) override {}
  net::SharedFrame slowConsumerFrame(std::size_t, std::size_t) override { return {}; }

 protected:
  engineio::Session& session_;
};

std::string headersJson(const net::HttpHead& head) {
  std::string out = "{";
  for (const auto& [name, value] : head.headers) {
    if (out.size() > 1) out += ',';
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    base::appendJsonString(out, lower);
    out += ':';
    base::appendJsonString(out, value);
  }
  return out + "}";
}

class ClientSuite final : public Echo {
 public:
  using Echo::Echo;
  void onOpen() override { send(session_, false, "hi"); }
  void onMessage(bool binary, std::string_view payload) override {
    if (binary || payload.empty()) return Echo::onMessage(binary, payload);
    if (payload == "give binary") return send(session_, true, std::string_view("\0\1\2\3\4", 5));
    if (payload == "give utf8") return send(session_, false, "пойду спать всем спокойной ночи");
    if (payload == "sendHeaders" && session_.post() != nullptr) {
      return send(session_, false, headersJson(*session_.post()));
    }
    Echo::onMessage(binary, payload);
  }
};

template <typename Handler>
class AcceptAll final : public engineio::Acceptor {
 public:
  std::unique_ptr<engineio::SessionHandler> onSession(engineio::Session& session) override {
    return std::make_unique<Handler>(session);
  }
};

base::Result<void> serveOn(const Settings& settings, engineio::Options options,
                           engineio::Acceptor& acceptor) {
  auto host = net::HttpHost::bind({.listen = settings.listen, .loops = kLoops});
  if (!host) return base::fail(host.error());
  options.path = "/engine.io/";
  engineio::Server server(std::move(options), acceptor, (*host)->loops());
  engineio::Endpoint endpoint(server);
  serve(**host, endpoint);
  return {};
}

void addCookies(const net::HttpHead&, net::HttpResponse& response) {
  response.with("Set-Cookie", "1=1; Max-Age=86400");
  response.with("Set-Cookie", "2=2; Path=/; HttpOnly; Secure; SameSite=Strict");
  response.with("Set-Cookie", "3=3; Max-Age=0");
  response.with("Set-Cookie", "4=4; Expires=Thu, 01 Jan 2026 00:00:00 GMT");
}

}  // namespace

base::Result<void> serveEngineIo(const Settings& settings) {
  AcceptAll<Echo> acceptor;
  return serveOn(settings, settings.engine(300ms, 200ms), acceptor);
}

base::Result<void> serveEngineIoClient(const Settings& settings) {
  constexpr std::size_t kMaxPayload = 100;
  engineio::Options options = settings.engine(500ms, 20'000ms, kMaxPayload);
  options.allowRequest = [](const net::HttpHead& head, net::Loop&, auto decide) {
    decide(head.parameter("deny") ? std::optional<std::string>("Forbidden") : std::nullopt);
  };
  options.onHandshake = addCookies;
  AcceptAll<ClientSuite> acceptor;
  return serveOn(settings, std::move(options), acceptor);
}

}  // namespace rookery::conformance
