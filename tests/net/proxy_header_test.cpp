#include "rookery/net/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace rookery::net {
namespace {

using Status = ProxyHeader::Status;

const std::string kStart("\r\n\r\n\0\r\nQUIT\n", 12);

std::string binary(char command, char family, const std::string& addresses) {
  return kStart + command + family + static_cast<char>(addresses.size() >> 8) +
         static_cast<char>(addresses.size() & 0xff) + addresses;
}

struct Read {
  Status status = Status::kNeedMore;
  std::string source;  ///< address and port; "none" when it says none
  std::string rest;    ///< what was not taken
};

/// Hands `text` over in pieces of `piece` bytes, as they come from a socket that is looked at.
Read read(const std::string& text, std::size_t piece) {
  ProxyHeader header;
  Read result;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (result.status == Status::kNeedMore && end < text.size()) {
    end = std::min(end + piece, text.size());
    std::size_t used = 0;
    result.status = header.take(std::string_view(text).substr(begin, end - begin), used);
    begin += used;
  }
  result.rest = text.substr(begin);
  const auto& source = header.source();
  result.source = source ? source->text() + " " + std::to_string(source->port) : "none";
  return result;
}

struct Case {
  std::string header;
  std::string source;
};

const Case kGood[] = {
    {"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", "192.0.2.7 56324"},
    {"PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n", "2001:db8::7 1"},
    {"PROXY UNKNOWN\r\n", "none"},
    {"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "none"},
    {binary('\x21', '\x11', std::string("\xc0\x00\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb", 12)),
     "192.0.2.7 56324"},
    {binary('\x21', '\x11',
            std::string("\xc0\x00\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb", 12) + "and more"),
     "192.0.2.7 56324"},
    {binary('\x21', '\x21',
            std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16) + std::string(16, 'x') +
                std::string("\0\x01\0\x02", 4)),
     "2001:db8::7 1"},
    {binary('\x20', '\0', ""), "none"},
    {binary('\x21', '\x31', std::string(216, 'u')), "none"},
};

TEST(ProxyHeaderTest, NamesTheClientHoweverItIsCut) {
  for (const Case& one : kGood) {
    for (std::size_t piece = 1; piece <= one.header.size() + 4; ++piece) {
      const Read got = read(one.header + "GET ", piece);
      ASSERT_EQ(got.status, Status::kComplete) << one.header << " in pieces of " << piece;
      EXPECT_EQ(got.source, one.source);
      EXPECT_EQ(got.rest, "GET ") << "nothing of the client is taken";
    }
  }
}

TEST(ProxyHeaderTest, IsBrokenAtOnceWhenItIsNone) {
  for (const char* text :
       {"GET / HTTP/1.1\r\n", "P\r\n", "PROXYTCP4 ", "\r\n\r\nGET", "\x16\x03\x01"}) {
    EXPECT_EQ(read(text, 1).status, Status::kBroken) << text;
  }
}

TEST(ProxyHeaderTest, IsBrokenWhenItSaysNonsense) {
  const std::string addresses("\xc0\x00\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb", 12);
  const std::string bad[] = {
      "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 99999 443\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1  443\r\n",
      "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
      "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
      "PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n",
      "PROXY TCP4 example.org 198.51.100.1 1 2\r\n",
      "PROXY TCP4 " + std::string(200, '1'),
      binary('\x11', '\x11', addresses),
      binary('\x22', '\x11', addresses),
      binary('\x21', '\x11', addresses.substr(0, 11)),
      binary('\x21', '\x21', addresses),
      binary('\x21', '\x11', std::string(3000, 'x')),
  };
  for (const std::string& text : bad) {
    for (const std::size_t piece : {std::size_t{1}, text.size()}) {
      EXPECT_EQ(read(text, piece).status, Status::kBroken) << text;
    }
  }
}

}  // namespace
}  // namespace rookery::net
