#pragma once

#include <functional>
#include <map>
#include <string>

#include "rookery/engineio/engine.h"
#include "rookery/net/http_service.h"

namespace rookery::engineio {

/// Serves an Engine.IO server and a few pages beside it: other paths are 404.
/// Thread: as HttpService says.
class Endpoint final : public net::HttpService {
 public:
  /// `server` outlives it.
  explicit Endpoint(Server& server) : server_(server) {}

  /// Answers a GET of exactly that path with it. Before the loops run.
  void addPage(std::string path, std::string contentType, std::string body);

  std::optional<unsigned> ownerOf(const net::HttpHead& head) override;
  std::size_t bodyLimit(const net::HttpHead& head) override;
  std::unique_ptr<Arrival> onArrival(const net::HttpHead& head, net::Loop& loop) override;
  void onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                 net::HttpResponder responder) override;
  void onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) override;
  net::HttpResponse unreadable(const net::HttpHead* head, unsigned status,
                               std::string_view text) override;

 private:
  struct Page {
    std::string contentType;
    std::string body;
  };
  Server& server_;
  std::map<std::string, Page, std::less<>> pages_;
};

}  // namespace rookery::engineio
