#include "rookery/net/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <utility>

#include "rookery/base/check.h"
#include "rookery/base/encoding.h"
#include "rookery/net/request_head_check.h"

namespace rookery::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using beast::string_view;
using Bytes = std::span<const std::uint8_t>;

/// Fills a HttpRequest without Beast's own containers, whose body would be reserved to the length
/// that a client only claims.
class RequestParser final : public http::basic_parser<true> {
 public:
  RequestParser() {
    eager(false);
    // Our own limits hold: the head is measured before it comes here, the body by setBodyLimit().
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
  }

  /// Beast reports by error codes; what it threw would be lack of memory.
  std::size_t take(Bytes bytes, beast::error_code& ec) {
    return put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  }

  HttpRequest request;
  std::uint64_t chunkBytesLeft = 0;  ///< 0: the line before a chunk is next

 private:
  void on_request_impl(http::verb /*verb*/, string_view method, string_view target, int version,
                       beast::error_code& /*ec*/) override {
    request.head.method.assign(method.data(), method.size());
    request.head.target.assign(target.data(), target.size());
    request.head.version = static_cast<unsigned>(version);
  }

  void on_response_impl(int /*code*/, string_view /*reason*/, int /*version*/,
                        beast::error_code& /*ec*/) override {}

  void on_field_impl(http::field /*field*/, string_view name, string_view value,
                     beast::error_code& /*ec*/) override {
    // Fields behind a chunked body are forgotten: they must not change what was decided already.
    if (is_header_done()) return;
    request.head.headers.emplace_back(name, value);
  }

  void on_header_impl(beast::error_code& /*ec*/) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         beast::error_code& /*ec*/) override {}

  std::size_t on_body_impl(string_view bytes, beast::error_code& /*ec*/) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size, string_view extensions,
                            beast::error_code& ec) override {
    chunkBytesLeft = size;
    // Beast takes any character between quotes: a bare LF too, where others see the line end.
    const bool plain = std::all_of(extensions.begin(), extensions.end(), [](char c) {
      return static_cast<unsigned char>(c) >= ' ' || c == '\t';
    });
    if (!plain) ec = http::error::bad_chunk_extension;
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, string_view bytes,
                                 beast::error_code& ec) override {
    chunkBytesLeft -= bytes.size();
    return on_body_impl(bytes, ec);
  }

  void on_finish_impl(beast::error_code& /*ec*/) override {}
};

}  // namespace

struct HttpParser::Impl {
  enum class Phase : std::uint8_t { kHead, kHeadReported, kBody, kComplete, kRefused };

  explicit Impl(const Limits& given)
      : limits(given), bodyLimit(given.bodyBytes), scanner(given.headBytes) {}

  Status feed(Bytes& input) {
    for (;;) {
      switch (phase) {
        case Phase::kHead:
          return feedHead(input);
        case Phase::kHeadReported:
          if (parser->content_length().value_or(0) > bodyLimit) return refuseBody();
          parser->body_limit(std::uint64_t{bodyLimit});
          phase = Phase::kBody;
          break;
        case Phase::kBody:
          return feedBody(input);
        case Phase::kComplete:
          return Status::kComplete;
        case Phase::kRefused:
          return Status::kError;
      }
    }
  }

  Status feedHead(Bytes& input) {
    for (;;) {
      std::size_t used = 0;
      const auto status = scanner.scan(input, used);
      const Bytes seen = input.first(used);
      input = input.subspan(used);
      switch (status) {
        case HeadScanner::Status::kRefused:
          return refuse(scanner.refusal());
        case HeadScanner::Status::kEmptyLine:
          pending.clear();
          break;
        case HeadScanner::Status::kNeedMore:
          pending.append(base::asText(seen));
          return Status::kNeedMore;
        case HeadScanner::Status::kEnd:
          if (pending.empty()) return takeHead(seen);
          pending.append(base::asText(seen));
          return takeHead(base::asBytes(std::exchange(pending, {})));
      }
    }
  }

  Status takeHead(Bytes head) {
    if (const auto why = checkRequestHead(base::asText(head))) return refuse(why);
    parser = std::make_unique<RequestParser>();
    beast::error_code ec;
    const std::size_t used = parser->take(head, ec);
    if (ec || used != head.size() || !parser->is_header_done()) {
      return refuse({400, "a header field is malformed"});
    }
    parser->request.head.keepAlive = parser->keep_alive();
    phase = Phase::kHeadReported;
    return Status::kHead;
  }

  Status feedBody(Bytes& input) {
    while (!parser->is_done()) {
      if (input.empty()) return Status::kNeedMore;
      beast::error_code ec;
      takeBody(input, ec);
      if (ec == http::error::need_more) continue;
      if (ec == http::error::body_limit) return refuseBody();
      if (ec) return refuse({400, "a chunk is malformed"});
    }
    pending = {};
    phase = Phase::kComplete;
    return Status::kComplete;
  }

  void takeBody(Bytes& input, beast::error_code& ec) {
    if (parser->chunked() && parser->chunkBytesLeft == 0) {
      takeChunkLine(input, ec);
    } else {
      input = input.subspan(parser->take(input, ec));
    }
  }

  /// Beast wants to see the line before a chunk as a whole, and the fields behind the last one:
  /// while they are not, `pending` keeps them. They are never longer than a head may be, however
  /// the stream is cut.
  void takeChunkLine(Bytes& input, beast::error_code& ec) {
    const std::size_t before = pending.size();
    const Bytes fresh = input.first(std::min(limits.headBytes - before, input.size()));
    if (before > 0) pending.append(base::asText(fresh));
    const Bytes window = before > 0 ? base::asBytes(pending) : fresh;

    // Beast asserts to see the last chunk's "0 CR LF CR LF" at once, or more that begins with 0.
    const bool tooShort = window.front() == '0' && window.size() < 5;
    ec = http::error::need_more;
    const std::size_t used = tooShort ? 0 : parser->take(window, ec);
    if (ec == http::error::need_more) {
      if (window.size() >= limits.headBytes) {
        ec = http::error::bad_chunk;
        return;
      }
      if (before == 0) pending.assign(base::asText(fresh));
      input = input.subspan(fresh.size());
    } else if (!ec) {
      ROOKERY_CHECK(used >= before);
      pending.clear();
      input = input.subspan(used - before);
    }
  }

  Status refuse(const HttpRefusal& why) {
    refusal = why;
    phase = Phase::kRefused;
    pending = {};
    return Status::kError;
  }
  Status refuseBody() { return refuse({413, "the body is too big"}); }

  Limits limits;
  std::size_t bodyLimit;
  Phase phase = Phase::kHead;
  HeadScanner scanner;
  std::string pending;                    // bytes of an unfinished head or chunk line
  std::unique_ptr<RequestParser> parser;  // only during a request
  HttpRefusal refusal;
};

HttpParser::HttpParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
HttpParser::~HttpParser() = default;

HttpParser::Status HttpParser::feed(std::span<const std::uint8_t>& input) {
  return impl_->feed(input);
}

const HttpHead& HttpParser::head() const {
  static const HttpHead kNone;
  return impl_->parser ? impl_->parser->request.head : kNone;
}

void HttpParser::setBodyLimit(std::size_t bytes) { impl_->bodyLimit = bytes; }

std::string HttpParser::takeBody() {
  return impl_->parser ? std::exchange(impl_->parser->request.body, {}) : std::string();
}

HttpRequest HttpParser::takeRequest() {
  ROOKERY_CHECK(impl_->phase == Impl::Phase::kComplete);
  HttpRequest request = std::move(impl_->parser->request);
  impl_->parser.reset();
  impl_->scanner = HeadScanner(impl_->limits.headBytes);
  impl_->bodyLimit = impl_->limits.bodyBytes;
  impl_->phase = Impl::Phase::kHead;
  return request;
}

bool HttpParser::inRequest() const {
  switch (impl_->phase) {
    case Impl::Phase::kHead:
      return impl_->scanner.begun();
    case Impl::Phase::kHeadReported:
    case Impl::Phase::kBody:
      return true;
    case Impl::Phase::kComplete:
    case Impl::Phase::kRefused:
      return false;
  }
  return false;
}

unsigned HttpParser::errorStatus() const { return impl_->refusal.status; }
std::string_view HttpParser::errorText() const { return impl_->refusal.text; }

}  // namespace rookery::net
