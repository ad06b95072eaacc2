// Requests: what is read does not depend on where the bytes are cut.

#include <string>
#include <vector>

#include "fuzz/target.h"
#include "rookery/net/http_parser.h"

namespace rookery::fuzz {
namespace {

using net::HttpParser;

struct Outcome {
  std::vector<std::string> requests;
  unsigned refused = 0;

  bool operator==(const Outcome&) const = default;
};

/// False when there is nothing more to feed.
bool feed(HttpParser& parser, std::span<const std::uint8_t> input, Outcome& outcome) {
  for (;;) {
    switch (parser.feed(input)) {
      case HttpParser::Status::kNeedMore:
        require(input.empty(), "all input is used");
        return true;
      case HttpParser::Status::kHead:
        break;
      case HttpParser::Status::kComplete: {
        const net::HttpRequest request = parser.takeRequest();
        std::string text = request.head.method + ' ' + request.head.target;
        for (const auto& [name, value] : request.head.headers) text += '\n' + name + ':' + value;
        outcome.requests.push_back(text + "\n\n" + request.body);
        break;
      }
      case HttpParser::Status::kError:
        outcome.refused = parser.errorStatus();
        require(outcome.refused >= 400, "a refusal has a status");
        return false;
    }
  }
}

}  // namespace

void runOnce(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  const std::size_t cut = 1 + bytes[0] % 64;
  const auto text = bytes.subspan(1);
  const HttpParser::Limits limits{.headBytes = 1024, .bodyBytes = 512};
  Outcome whole;
  HttpParser first(limits);
  feed(first, text, whole);
  Outcome cutUp;
  HttpParser second(limits);
  for (std::size_t at = 0; at < text.size(); at += cut) {
    if (!feed(second, text.subspan(at, std::min(cut, text.size() - at)), cutUp)) break;
  }
  require(whole == cutUp, "pieces are read as the whole");
}

}  // namespace rookery::fuzz
