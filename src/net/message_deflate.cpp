#include "rookery/net/message_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "rookery/base/check.h"
#include "rookery/net/ascii.h"

namespace rookery::net {
namespace {

constexpr std::string_view kExtension = "permessage-deflate";
constexpr int kMaxWindowBits = 15;
constexpr int kMinWindowBits = 9;  // zlib makes no raw stream with 8, which an offer may ask for
constexpr int kMemoryLevel = 8;
constexpr std::array<std::uint8_t, 4> kTail = {0x00, 0x00, 0xff, 0xff};  // of a sync flush
constexpr std::size_t kLeastOutput = 4096;

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// A window as RFC 7692 §7.1.2 writes it: 8 to 15 without a leading zero.
std::optional<int> windowBits(std::string_view text) {
  if (text == "8" || text == "9") return text.front() - '0';
  if (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5') return std::nullopt;
  return 10 + (text[1] - '0');
}

struct Offer {
  bool serverNoTakeover = false;
  bool clientNoTakeover = false;
  std::optional<int> serverWindowBits{};
  bool clientWindowBits = false;
};

/// Whether the parameter is one that may stand there, for the first time.
bool takeParameter(std::string_view name, std::optional<std::string_view> value, Offer& offer) {
  if (name == "server_no_context_takeover") {
    return !value && !std::exchange(offer.serverNoTakeover, true);
  }
  if (name == "client_no_context_takeover") {
    return !value && !std::exchange(offer.clientNoTakeover, true);
  }
  if (name == "client_max_window_bits") {
    return (!value || windowBits(*value)) && !std::exchange(offer.clientWindowBits, true);
  }
  if (name == "server_max_window_bits" && value && !offer.serverWindowBits) {
    offer.serverWindowBits = windowBits(*value);
    return offer.serverWindowBits.value_or(0) >= kMinWindowBits;
  }
  return false;
}

std::optional<Offer> parseOffer(std::string_view text) {
  if (trim(takeUntil(text, ';')) != kExtension) return std::nullopt;
  Offer offer;
  while (!text.empty()) {
    std::string_view parameter = takeUntil(text, ';');
    const bool hasValue = parameter.find('=') != std::string_view::npos;
    const std::string_view name = trim(takeUntil(parameter, '='));
    const auto value = hasValue ? std::optional(unquoted(trim(parameter))) : std::nullopt;
    if (!takeParameter(name, value, offer)) return std::nullopt;
  }
  return offer;
}

DeflateAgreement agree(const Offer& offer, const DeflateOptions& options) {
  DeflateAgreement made{
      .terms = {.serverWindowBits = offer.serverWindowBits.value_or(kMaxWindowBits),
                .serverTakeover = options.contextTakeover && !offer.serverNoTakeover,
                .clientTakeover = options.contextTakeover && !offer.clientNoTakeover},
      .response = std::string(kExtension)};
  if (!made.terms.serverTakeover) made.response += "; server_no_context_takeover";
  if (!made.terms.clientTakeover) made.response += "; client_no_context_takeover";
  if (offer.serverWindowBits) {
    made.response += "; server_max_window_bits=" + std::to_string(*offer.serverWindowBits);
  }
  return made;
}

/// zlib reads the input only, but takes it through a pointer that is not const.
Bytef* input(const void* bytes) { return static_cast<Bytef*>(const_cast<void*>(bytes)); }

Deflater& sharedDeflater(int windowBits) {
  thread_local std::array<std::unique_ptr<Deflater>, kMaxWindowBits + 1> all;
  auto& deflater = all[static_cast<std::size_t>(windowBits)];
  if (deflater == nullptr) deflater = std::make_unique<Deflater>(windowBits);
  return *deflater;
}

Inflater& sharedInflater() {
  thread_local Inflater inflater;
  return inflater;
}

}  // namespace

std::optional<DeflateAgreement> negotiateDeflate(std::string_view offers,
                                                 const DeflateOptions& options) {
  if (!options.enabled) return std::nullopt;
  while (!offers.empty()) {
    if (const auto offer = parseOffer(takeUntil(offers, ','))) return agree(*offer, options);
  }
  return std::nullopt;
}

Deflater::Deflater(int windowBits) : stream_(std::make_unique<z_stream>()) {
  if (deflateInit2(stream_.get(), Z_BEST_SPEED, Z_DEFLATED, -windowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() { deflateEnd(stream_.get()); }

std::string Deflater::pack(std::string_view message, bool keepsWindow) {
  if (message.empty()) return {'\0'};  // zlib flushes nothing twice (RFC 7692 §7.2.3.6)
  if (!keepsWindow) deflateReset(stream_.get());
  std::string out(deflateBound(stream_.get(), static_cast<uLong>(message.size())) + kTail.size(),
                  '\0');
  stream_->next_in = input(message.data());
  stream_->avail_in = static_cast<uInt>(message.size());
  std::size_t made = 0;
  do {
    if (made == out.size()) out.resize(out.size() + kLeastOutput);
    stream_->next_out = reinterpret_cast<Bytef*>(out.data() + made);
    stream_->avail_out = static_cast<uInt>(out.size() - made);
    ROOKERY_CHECK(deflate(stream_.get(), Z_SYNC_FLUSH) != Z_STREAM_ERROR);
    made = out.size() - stream_->avail_out;
  } while (stream_->avail_out == 0);
  ROOKERY_CHECK(made >= kTail.size());
  out.resize(made - kTail.size());
  return out;
}

Inflater::Inflater() : stream_(std::make_unique<z_stream>()) {
  if (inflateInit2(stream_.get(), -kMaxWindowBits) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(stream_.get()); }

Inflater::Outcome Inflater::unpack(std::vector<std::uint8_t>& message, std::size_t limit,
                                   bool keepsWindow) {
  if (!keepsWindow) inflateReset(stream_.get());
  message.insert(message.end(), kTail.begin(), kTail.end());
  stream_->next_in = message.data();
  stream_->avail_in = static_cast<uInt>(message.size());
  std::vector<std::uint8_t> out(std::min(std::max(message.size() * 4, kLeastOutput), limit + 1));
  std::size_t made = 0;
  for (;;) {
    stream_->next_out = out.data() + made;
    stream_->avail_out = static_cast<uInt>(out.size() - made);
    const int outcome = inflate(stream_.get(), Z_SYNC_FLUSH);
    made = out.size() - stream_->avail_out;
    if (made > limit) return Outcome::kTooBig;
    if (outcome == Z_STREAM_END) {
      // A peer may end its stream with a final block (RFC 7692 §7.2.3.4) and begin another.
      inflateReset(stream_.get());
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      return Outcome::kBroken;
    }
    const bool moreRoom = stream_->avail_out > 0;
    if (stream_->avail_in == 0 && moreRoom) break;
    if (outcome == Z_BUF_ERROR && moreRoom) return Outcome::kBroken;
    if (!moreRoom) out.resize(std::min(out.size() * 2, limit + 1));
  }
  out.resize(made);
  message = std::move(out);
  return Outcome::kDone;
}

Inflater::Outcome MessageDeflate::unpack(std::vector<std::uint8_t>& message, std::size_t limit) {
  if (!terms_.clientTakeover) return sharedInflater().unpack(message, limit, false);
  if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
  return inflater_->unpack(message, limit, true);
}

std::string MessageDeflate::pack(std::string_view message) {
  if (!terms_.serverTakeover) return sharedDeflater(terms_.serverWindowBits).pack(message, false);
  if (deflater_ == nullptr) deflater_ = std::make_unique<Deflater>(terms_.serverWindowBits);
  return deflater_->pack(message, true);
}

bool MessageDeflate::sharesMessages() const {
  return !terms_.serverTakeover && terms_.serverWindowBits == kMaxWindowBits;
}

std::string packAlone(std::string_view message) {
  return sharedDeflater(kMaxWindowBits).pack(message, false);
}

}  // namespace rookery::net
