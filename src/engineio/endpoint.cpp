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

void Endpoint::onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                         net::HttpResponder responder) {
  if (!server_.handles(request.head.path())) {
    responder.answer({.status = 404});
    return;
  }
  server_.onRequest(std::move(request), peer, std::move(responder));
}

void Endpoint::onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) {
  if (!server_.handles(head.path())) {
    upgrade.refuse({.status = 404});
    return;
  }
  server_.onUpgrade(std::move(head), upgrade);
}

net::HttpResponse Endpoint::unreadable(const net::HttpHead* head, unsigned status,
                                       std::string_view) {
  net::HttpResponse response{.status = status};  // protocol.md 2.4: without a body
  if (head != nullptr) server_.options().cors.apply(*head, response);
  return response;
}

}  // namespace rookery::engineio
