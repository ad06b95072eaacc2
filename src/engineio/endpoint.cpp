#include "rookery/engineio/endpoint.h"

#include <utility>

namespace rookery::engineio {

std::optional<unsigned> Endpoint::ownerOf(const net::HttpHead& head) {
  return server_.handles(head.path()) ? server_.ownerOf(head) : std::nullopt;
}

std::size_t Endpoint::bodyLimit(const net::HttpHead&) {
  return server_.options().maxHttpBufferSize;
}

std::unique_ptr<net::HttpService::Arrival> Endpoint::onArrival(const net::HttpHead& head,
                                                               net::Loop& loop) {
  return server_.handles(head.path()) ? server_.onArrival(head, loop) : nullptr;
}

void Endpoint::addPage(std::string path, std::string contentType, std::string body) {
  pages_[std::move(path)] = {std::move(contentType), std::move(body)};
}

void Endpoint::onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                         net::HttpResponder responder) {
  if (!server_.handles(request.head.path())) {
    const auto page = pages_.find(request.head.path());
    const bool reads = request.head.method == "GET" || request.head.method == "HEAD";
    net::HttpResponse response{.status = page == pages_.end() ? 404U : reads ? 200U : 405U};
    if (response.status == 405) response.with("Allow", "GET, HEAD");
    if (response.status == 200) {
      response.with("Content-Type", page->second.contentType);
      response.body = page->second.body;
    }
    responder.answer(std::move(response));
    return;
  }
  server_.onRequest(std::move(request), peer, std::move(responder));
}

void Endpoint::onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) {
  if (!server_.handles(head.path())) {
    upgrade.refuse({.status = 404});
    return;
  }
  server_.onUpgrade(std::move(head), std::move(upgrade));
}

net::HttpResponse Endpoint::unreadable(const net::HttpHead* head, unsigned status,
                                       std::string_view) {
  net::HttpResponse response{.status = status};  // protocol.md 2.4: without a body
  if (head != nullptr) server_.options().cors.apply(*head, response);
  return response;
}

}  // namespace rookery::engineio
