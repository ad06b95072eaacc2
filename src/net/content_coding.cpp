#include "rookery/net/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rookery/net/ascii.h"

namespace rookery::net {
namespace {

constexpr int kFullWeight = 1000;  // weights have three decimals (RFC 9110 §12.4.2)
constexpr int kWindowBits = 15;    // the zlib format, which HTTP calls deflate
constexpr int kGzipBits = 16;      // added to the window's: the gzip format
constexpr int kMemoryLevel = 8;    // zlib's default

/// `0`, `0.5`, `1.000`, in thousandths; 0 for anything else.
int weightOf(std::string_view text) {
  if (text.empty() || (text.front() != '0' && text.front() != '1')) return 0;
  int weight = (text.front() - '0') * kFullWeight;
  text.remove_prefix(1);
  if (text.empty()) return weight;
  if (text.front() != '.' || text.size() > 4) return 0;
  int digit = kFullWeight / 10;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return 0;
    weight += (c - '0') * digit;
    digit /= 10;
  }
  return std::min(weight, kFullWeight);
}

/// What one element of Accept-Encoding gives its coding.
int weightOfElement(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = takeUntil(parameters, ';');
    const std::string_view name = trim(takeUntil(value, '='));
    if (equalsIgnoringCase(name, "q")) return weightOf(trim(value));
  }
  return kFullWeight;
}

int weightOf(const HttpHead& request, std::string_view coding) {
  std::optional<int> ofAny;
  for (const auto& [name, value] : request.headers) {
    if (!equalsIgnoringCase(name, "accept-encoding")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view parameters = takeUntil(rest, ',');
      const std::string_view named = trim(takeUntil(parameters, ';'));
      if (equalsIgnoringCase(named, coding)) return weightOfElement(parameters);
      if (named == "*") ofAny = weightOfElement(parameters);
    }
  }
  return ofAny.value_or(0);
}

/// Nothing when zlib has no memory for it.
std::optional<std::string> packed(std::string_view text, ContentCoding coding) {
  z_stream stream{};
  const int bits = coding == ContentCoding::kGzip ? kWindowBits + kGzipBits : kWindowBits;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, bits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return std::nullopt;
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib reads the input only, but takes it through a pointer that is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int outcome = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (outcome != Z_STREAM_END) return std::nullopt;
  return out;
}

}  // namespace

ContentCoding acceptedCoding(const HttpHead& request) {
  const int gzip = weightOf(request, "gzip");
  const int deflate = weightOf(request, "deflate");
  if (gzip == 0 && deflate == 0) return ContentCoding::kIdentity;
  return gzip >= deflate ? ContentCoding::kGzip : ContentCoding::kDeflate;
}

void compressBody(const HttpHead& request, HttpResponse& response, std::size_t least) {
  if (response.body.size() < least) return;
  response.with("Vary", "Accept-Encoding");
  const ContentCoding coding = acceptedCoding(request);
  if (coding == ContentCoding::kIdentity) return;
  std::optional<std::string> body = packed(response.body, coding);
  if (!body || body->size() >= response.body.size()) return;
  response.body = std::move(*body);
  response.with("Content-Encoding", coding == ContentCoding::kGzip ? "gzip" : "deflate");
}

}  // namespace rookery::net
