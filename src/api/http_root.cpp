#include "rookery/api/http_root.h"

#include "rookery/api/dispatch.h"
#include "rookery/api/file_upload.h"
#include "rookery/api/routes.h"

namespace rookery::api {
namespace {

/// Whether a request of Engine.IO's begins a session; others name theirs.
bool isHandshake(const net::HttpHead& head) {
  const std::optional<std::string> sid = head.parameter("sid");
  return !sid || sid->empty();
}

constexpr std::string_view kPicturePath = "/api/v1/users/update/dp";

bool isUpload(const net::HttpHead& head) {
  return head.method == "PUT" && head.path().starts_with(kFilesPath);
}

Answered<UploadGrant> grantOf(const Services& services, const net::HttpHead& head) {
  return uploadGrant(services.tokens.keyFor(kUrlPurpose), head, services.clock.wall());
}

net::HttpResponse ours(const Options& options, const net::HttpHead& head, const Failure& failure) {
  net::HttpResponse response = envelopeOf(failure);
  addCommonHeaders(options.cors, head, response);
  return response;
}

}  // namespace

struct HttpRoot::Impl {
  explicit Impl(Services services) : shared(std::move(services)), router(routes()) {}

  [[nodiscard]] bool isEngine(const net::HttpHead& head) const {
    return shared.services.engine.handles(head.path());
  }
  /// The answer to a handshake too many.
  [[nodiscard]] std::optional<net::HttpResponse> refusal(const net::HttpHead& head,
                                                         const net::PeerAddress& peer) {
    if (!isHandshake(head) || head.method == "OPTIONS") return std::nullopt;
    const std::int64_t wait =
        shared.handshakes.take(KeyedLimiter::keyOf(peer), shared.services.clock.steady());
    if (wait == 0) return std::nullopt;
    shared.count(429);
    return ours(shared.services.options, head, tooMany(wait));
  }

  Shared shared;
  const Router router;
};

HttpRoot::HttpRoot(Services services) : impl_(std::make_unique<Impl>(std::move(services))) {}

HttpRoot::~HttpRoot() = default;

std::optional<unsigned> HttpRoot::ownerOf(const net::HttpHead& head) {
  return impl_->isEngine(head) ? impl_->shared.services.engine.ownerOf(head) : std::nullopt;
}

std::size_t HttpRoot::bodyLimit(const net::HttpHead& head) {
  const Services& services = impl_->shared.services;
  if (impl_->isEngine(head)) return services.engine.options().maxHttpBufferSize;
  if (isUpload(head)) {
    const auto grant = grantOf(services, head);
    return grant ? grant->most : services.options.fileBytes;
  }
  // Nobody else is to make the server hold so much.
  constexpr std::size_t kFormBytes = 4'096;
  if (head.path() == kPicturePath && mayCall(services, head)) {
    return services.options.pictureBytes + kFormBytes;
  }
  return services.options.bodyBytes;
}

std::unique_ptr<net::BodySink> HttpRoot::sinkFor(const net::HttpHead& head, net::Loop& loop,
                                                 net::HttpConnection& connection) {
  if (!isUpload(head)) return nullptr;
  const Services& services = impl_->shared.services;
  return std::make_unique<FileUpload>(services, loop, connection, grantOf(services, head));
}

std::unique_ptr<net::HttpService::Arrival> HttpRoot::onArrival(const net::HttpHead& head,
                                                               net::Loop& loop) {
  return impl_->isEngine(head) ? impl_->shared.services.engine.onArrival(head, loop) : nullptr;
}

void HttpRoot::onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                         net::HttpResponder responder) {
  if (impl_->isEngine(request.head)) {
    if (auto refused = impl_->refusal(request.head, peer)) return responder.answer(*refused);
    impl_->shared.services.engine.onRequest(std::move(request), peer, std::move(responder));
    return;
  }
  auto call = std::make_unique<Call>(impl_->shared,
                                     Request{.head = std::move(request.head),
                                             .body = std::move(request.body),
                                             .peer = peer,
                                             .sink = std::move(request.sink)},
                                     std::move(responder));
  dispatch(impl_->router, std::move(call));
}

void HttpRoot::onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) {
  if (!impl_->isEngine(head)) {
    impl_->shared.count(404);
    const Failure failure{.status = 404, .message = "Not found"};
    upgrade.refuse(ours(impl_->shared.services.options, head, failure));
    return;
  }
  if (auto refused = impl_->refusal(head, upgrade.peer())) return upgrade.refuse(*refused);
  impl_->shared.services.engine.onUpgrade(std::move(head), std::move(upgrade));
}

net::HttpResponse HttpRoot::unreadable(const net::HttpHead* head, unsigned status,
                                       std::string_view text) {
  impl_->shared.count(status);
  if (head != nullptr && impl_->shared.services.engine.handles(head->path())) {
    net::HttpResponse response;  // protocol.md 2.4: without a body
    response.status = status;
    impl_->shared.services.engine.options().cors.apply(*head, response);
    return response;
  }
  return ours(impl_->shared.services.options, head == nullptr ? net::HttpHead() : *head,
              {.status = status, .message = std::string(text)});
}

}  // namespace rookery::api
