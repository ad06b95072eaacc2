#include "rookery/net/trusted_proxies.h"

#include <gtest/gtest.h>

namespace rookery::net {
namespace {

std::string origin(const TrustedProxies& proxies, std::string_view peer,
                   std::vector<std::pair<std::string, std::string>> headers) {
  const HttpHead head{.method = "GET", .target = "/", .headers = std::move(headers)};
  return proxies.originOf(head, *parseAddress(peer)).text();
}

TEST(TrustedProxies, BelieveOnlyThoseThatAreTrusted) {
  TrustedProxies proxies;
  ASSERT_TRUE(proxies.add("127.0.0.1"));
  ASSERT_TRUE(proxies.add("10.0.0.0/8"));
  ASSERT_TRUE(proxies.add("2001:db8::/33"));
  const std::string header = "X-Forwarded-For";
  EXPECT_EQ(origin(proxies, "192.0.2.1", {{header, "198.51.100.7"}}), "192.0.2.1");
  EXPECT_EQ(origin(proxies, "127.0.0.1", {{header, "198.51.100.7"}}), "198.51.100.7");
  EXPECT_EQ(origin(proxies, "127.0.0.1", {}), "127.0.0.1");
  // What stands left of the first stranger was written by him.
  EXPECT_EQ(origin(proxies, "127.0.0.1", {{header, "1.1.1.1, 198.51.100.7, 10.2.3.4"}}),
            "198.51.100.7");
  EXPECT_EQ(origin(proxies, "127.0.0.1", {{header, "1.1.1.1"}, {header, "198.51.100.7,10.2.3.4"}}),
            "198.51.100.7");
  EXPECT_EQ(origin(proxies, "127.0.0.1", {{header, "10.9.9.9"}}), "10.9.9.9");
  EXPECT_EQ(origin(proxies, "127.0.0.1", {{header, "rubbish, 10.9.9.9"}}), "10.9.9.9");
  EXPECT_EQ(origin(proxies, "127.0.0.1", {{header, "198.51.100.7:4711"}}), "198.51.100.7");
  EXPECT_EQ(origin(proxies, "2001:db8:7fff::1", {{header, "[2001:db8:8000::1]:80"}}),
            "2001:db8:8000::1");
  EXPECT_EQ(origin(proxies, "2001:db8:8000::1", {{header, "1.1.1.1"}}), "2001:db8:8000::1");
}

TEST(TrustedProxies, RefuseWhatIsNoNetwork) {
  TrustedProxies proxies;
  for (const std::string_view text : {"", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/8x",
                                      "::1/129", "1.2.3.4/-1", "localhost"}) {
    EXPECT_FALSE(proxies.add(text)) << text;
  }
  EXPECT_TRUE(proxies.add("0.0.0.0/0"));
  EXPECT_TRUE(proxies.contains(*parseAddress("192.0.2.1")));
  EXPECT_FALSE(proxies.contains(*parseAddress("2001:db8::1")));
}

TEST(TrustedProxies, SayWhetherTheOriginCameOverTls) {
  TrustedProxies proxies;
  ASSERT_TRUE(proxies.add("127.0.0.1"));
  const HttpHead head{.method = "GET", .target = "/", .headers = {{"X-Forwarded-Proto", "https"}}};
  EXPECT_TRUE(proxies.originOf(head, *parseAddress("127.0.0.1")).secure);
  EXPECT_FALSE(proxies.originOf(head, *parseAddress("192.0.2.1")).secure);
}

}  // namespace
}  // namespace rookery::net
