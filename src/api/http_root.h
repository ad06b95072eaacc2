#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "rookery/api/services.h"
#include "rookery/net/http_service.h"

namespace rookery::api {

/// Answers all that comes over HTTP: Engine.IO's paths go to the engine, the rest to REST,
/// operations and the files of the page (rest.md).
/// Thread: as net::HttpService says; construction before the listeners start.
class HttpRoot final : public net::HttpService {
 public:
  explicit HttpRoot(Services services);
  ~HttpRoot() override;

  [[nodiscard]] std::optional<unsigned> ownerOf(const net::HttpHead& head) override;
  [[nodiscard]] std::size_t bodyLimit(const net::HttpHead& head) override;
  std::unique_ptr<Arrival> onArrival(const net::HttpHead& head, net::Loop& loop) override;
  [[nodiscard]] std::unique_ptr<net::BodySink> sinkFor(const net::HttpHead& head, net::Loop& loop,
                                                       net::HttpConnection& connection) override;
  void onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                 net::HttpResponder responder) override;
  void onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) override;
  [[nodiscard]] net::HttpResponse unreadable(const net::HttpHead* head, unsigned status,
                                             std::string_view text) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::api
