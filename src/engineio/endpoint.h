#pragma once

#include "rookery/engineio/engine.h"
#include "rookery/net/http_service.h"

namespace rookery::engineio {

/// Serves an Engine.IO server and nothing else: other paths are 404.
/// Thread: as HttpService says.
class Endpoint final : public net::HttpService {
 public:
  /// `server` outlives it.
  explicit Endpoint(Server& server) : server_(server) {}

  std::optional<unsigned> ownerOf(const net::HttpHead& head) override;
  std::size_t bodyLimit(const net::HttpHead& head) override;
  std::unique_ptr<Arrival> onArrival(const net::HttpHead& head, net::Loop& loop) override;
  void onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                 net::HttpResponder responder) override;
  void onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) override;
  net::HttpResponse unreadable(const net::HttpHead* head, unsigned status,
                               std::string_view text) override;

 private:
  Server& server_;
};

}  // namespace rookery::engineio
