#include "rookery/net/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <string>
#include <utility>

namespace rookery::net {
namespace {

HttpHead accepting(std::string value) {
  HttpHead head;
  head.headers.emplace_back("Accept-Encoding", std::move(value));
  return head;
}

std::string_view headerOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

/// Unpacks gzip and zlib alike.
std::string unpacked(const std::string& body, std::size_t expected) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 32), Z_OK);
  std::string in = body;
  std::string out(expected + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(AcceptedCoding, TakesTheHeaviestThatIsNamed) {
  struct Row {
    const char* accept;
    ContentCoding coding;
  };
  const std::array rows = {
      Row{"gzip, deflate, br", ContentCoding::kGzip},
      Row{"deflate", ContentCoding::kDeflate},
      Row{"GZIP", ContentCoding::kGzip},
      Row{"gzip;q=0.2, deflate;q=0.8", ContentCoding::kDeflate},
      Row{"gzip; q=0, deflate ; Q=0.001", ContentCoding::kDeflate},
      Row{"*", ContentCoding::kGzip},
      Row{"*;q=0.5, gzip;q=0", ContentCoding::kDeflate},
      Row{"gzip;q=1.000", ContentCoding::kGzip},
      Row{"gzip;q=0", ContentCoding::kIdentity},
      Row{"gzip;q=0.000", ContentCoding::kIdentity},
      Row{"gzip;q=", ContentCoding::kIdentity},
      Row{"gzip;q=2", ContentCoding::kIdentity},
      Row{"gzip;q=0.1234", ContentCoding::kIdentity},
      Row{"gzip;q=-1", ContentCoding::kIdentity},
      Row{"br, identity", ContentCoding::kIdentity},
      Row{"gzipped", ContentCoding::kIdentity},
      Row{",,;q=1,", ContentCoding::kIdentity},
      Row{"", ContentCoding::kIdentity},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(acceptedCoding(accepting(row.accept)), row.coding) << row.accept;
  }
  EXPECT_EQ(acceptedCoding({}), ContentCoding::kIdentity);
}

TEST(AcceptedCoding, ReadsEveryHeaderOfThatName) {
  HttpHead head = accepting("br");
  head.headers.emplace_back("accept-encoding", "deflate");
  EXPECT_EQ(acceptedCoding(head), ContentCoding::kDeflate);
}

TEST(CompressBody, PacksWhatUnpacksToTheSame) {
  for (const char* const coding : {"gzip", "deflate"}) {
    const std::string body(5000, 'x');
    HttpResponse response{.body = body};
    compressBody(accepting(coding), response, 1024);
    EXPECT_EQ(headerOf(response, "Content-Encoding"), coding);
    EXPECT_EQ(headerOf(response, "Vary"), "Accept-Encoding");
    EXPECT_LT(response.body.size(), 100U);
    EXPECT_EQ(unpacked(response.body, body.size()), body);
  }
}

TEST(CompressBody, LeavesWhatIsSmallOrNotAskedFor) {
  HttpResponse small{.body = std::string(1023, 'x')};
  compressBody(accepting("gzip"), small, 1024);
  EXPECT_EQ(small.body.size(), 1023U);
  EXPECT_TRUE(small.headers.empty());

  HttpResponse plain{.body = std::string(1024, 'x')};
  compressBody({}, plain, 1024);
  EXPECT_EQ(plain.body.size(), 1024U);
  EXPECT_EQ(headerOf(plain, "Content-Encoding"), "");
  EXPECT_EQ(headerOf(plain, "Vary"), "Accept-Encoding");
}

TEST(CompressBody, LeavesWhatWouldNotBecomeSmaller) {
  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 2000) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>(state >> 24);
  }
  HttpResponse response{.body = noise};
  compressBody(accepting("gzip"), response, 1024);
  EXPECT_EQ(response.body, noise);
  EXPECT_EQ(headerOf(response, "Content-Encoding"), "");
}

}  // namespace
}  // namespace rookery::net
