#include "load/inflater.h"

#include <string>

namespace rookery::bench {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr int kRawWindow = -15;
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

}  // namespace

Inflater::Inflater() : out_(kMostBytes) { inflateInit2(&stream_, kRawWindow); }
Inflater::~Inflater() { inflateEnd(&stream_); }

std::optional<std::string_view> Inflater::inflate(std::string_view payload) {
  inflateReset(&stream_);
  stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
  stream_.avail_out = static_cast<uInt>(out_.size());
  for (const std::string_view part : {payload, kTail}) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream_.avail_in = static_cast<uInt>(part.size());
    const int result = ::inflate(&stream_, Z_SYNC_FLUSH);
    if (stream_.avail_in > 0 || (result != Z_OK && result != Z_BUF_ERROR)) return std::nullopt;
  }
  return std::string_view(out_.data(), out_.size() - stream_.avail_out);
}

}  // namespace rookery::bench
