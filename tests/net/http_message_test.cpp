#include "rookery/net/http_message.h"

#include <gtest/gtest.h>

namespace rookery::net {
namespace {

HttpHead request(std::string target) { return {.method = "GET", .target = std::move(target)}; }

HttpHead with(std::vector<std::pair<std::string, std::string>> headers) {
  HttpHead head = request("/");
  head.headers = std::move(headers);
  return head;
}

TEST(HttpHead, FindsTheFirstHeaderWithoutCase) {
  const auto head = with({{"Origin", "a"}, {"X-Token", "1"}, {"x-token", "2"}});
  EXPECT_EQ(head.header("x-TOKEN"), "1");
  EXPECT_EQ(head.header("origin"), "a");
  EXPECT_EQ(head.header("token"), "");
}

TEST(HttpHead, SplitsTheTargetAtTheFirstQuestionMark) {
  EXPECT_EQ(request("/a/b").path(), "/a/b");
  EXPECT_EQ(request("/a/b").query(), "");
  EXPECT_EQ(request("/a?b=c?d").path(), "/a");
  EXPECT_EQ(request("/a?b=c?d").query(), "b=c?d");
  EXPECT_EQ(request("?").path(), "");
  EXPECT_EQ(request("/?").query(), "");
}

TEST(HttpHead, DecodesAParameter) {
  const auto head =
      request("/socket.io/?EIO=4&transport=polling&&x=a%20b+c%2B&x=2&flag&e=&%6Eame=v&=n");
  EXPECT_EQ(head.parameter("EIO"), "4");
  EXPECT_EQ(head.parameter("transport"), "polling");
  EXPECT_EQ(head.parameter("x"), "a b c+");
  EXPECT_EQ(head.parameter("flag"), "");
  EXPECT_EQ(head.parameter("e"), "");
  EXPECT_EQ(head.parameter("name"), "v");
  EXPECT_EQ(head.parameter("eio"), std::nullopt);
  EXPECT_EQ(head.parameter("sid"), std::nullopt);
  EXPECT_EQ(request("/").parameter("x"), std::nullopt);
}

TEST(HttpHead, RefusesBrokenEscapes) {
  for (const auto* value : {"%", "%2", "%zz", "%2g", "a%"}) {
    EXPECT_EQ(request("/?x=" + std::string(value)).parameter("x"), std::nullopt) << value;
    EXPECT_EQ(request("/?x=" + std::string(value) + "&y=1").parameter("y"), "1") << value;
  }
}

TEST(HttpHead, KnowsAWebSocketUpgrade) {
  const auto good = with({{"connection", "keep-alive , UPGRADE"}, {"upgrade", "WebSocket"}});
  EXPECT_TRUE(good.isWebSocketUpgrade());
  EXPECT_TRUE(
      with({{"Connection", "keep-alive"}, {"Connection", "upgrade"}, {"Upgrade", "h2c, websocket"}})
          .isWebSocketUpgrade());
  EXPECT_FALSE(with({{"Connection", "Upgrade"}}).isWebSocketUpgrade());
  EXPECT_FALSE(with({{"Upgrade", "websocket"}}).isWebSocketUpgrade());
  EXPECT_FALSE(with({{"Connection", "upgrades"}, {"Upgrade", "websocket"}}).isWebSocketUpgrade());
  EXPECT_FALSE(with({{"Connection", "Upgrade"}, {"Upgrade", "websockets"}}).isWebSocketUpgrade());
  auto post = good;
  post.method = "POST";
  EXPECT_FALSE(post.isWebSocketUpgrade());
  auto old = good;
  old.version = 10;
  EXPECT_FALSE(old.isWebSocketUpgrade());
}

TEST(HttpResponse, IsWrittenWithItsLength) {
  HttpResponse response{.body = "hello"};
  response.with("Content-Type", "text/plain").with("X", "y");
  EXPECT_EQ(
      serialize(response, request("/")),
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX: y\r\nContent-Length: 5\r\n\r\nhello");
}

TEST(HttpResponse, SaysWhatBecomesOfTheConnection) {
  const std::string base = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n";
  const std::string close = base + "Connection: close\r\n\r\n";
  EXPECT_EQ(serialize({.status = 404, .close = true}, request("/")), close);
  HttpHead head = request("/");
  head.keepAlive = false;
  EXPECT_EQ(serialize({.status = 404}, head), close);
  head.version = 10;
  EXPECT_EQ(serialize({.status = 404}, head), close);
  head.keepAlive = true;
  EXPECT_EQ(serialize({.status = 404}, head), base + "Connection: keep-alive\r\n\r\n");
  EXPECT_EQ(serialize({.status = 404, .close = true}, head), close);
}

TEST(HttpResponse, HasNoBodyWhereNoneMayBe) {
  EXPECT_EQ(serialize({.status = 204, .body = "x"}, request("/")),
            "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(serialize({.status = 304, .body = "x"}, request("/")),
            "HTTP/1.1 304 Not Modified\r\n\r\n");
  HttpResponse upgrade{.status = 101};
  upgrade.with("Upgrade", "websocket");
  EXPECT_EQ(
      serialize(upgrade, request("/")),
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  HttpHead head = request("/");
  head.method = "HEAD";
  EXPECT_EQ(serialize({.body = "hello"}, head), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST(HttpResponse, CannotBeSplitByAValue) {
  HttpResponse response;
  response.with("Location", std::string("/a\r\nSet-Cookie: b\0c", 19));
  EXPECT_EQ(serialize(response, request("/")),
            "HTTP/1.1 200 OK\r\nLocation: /a  Set-Cookie: b c\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpResponse, NamesItsStatus) {
  EXPECT_EQ(reasonPhrase(413), "Content Too Large");
  EXPECT_EQ(reasonPhrase(503), "Service Unavailable");
  EXPECT_EQ(reasonPhrase(599), "Unknown");
}

}  // namespace
}  // namespace rookery::net
