#include "rookery/api/http_root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rookery/api/web_assets.h"
#include "support/api/running_api.h"

namespace rookery::test {

using testing::HasSubstr;

class HttpRootTest : public testing::Test {
 protected:
  RunningApi api_;
};

TEST_F(HttpRootTest, AnswersOperators) {
  EXPECT_EQ(api_.get("/ping").body, R"({"message":"pong"})");
  EXPECT_EQ(api_.get("/healthz").status, 200U);
  EXPECT_EQ(api_.get("/readyz").body, R"({"status":"ready"})");
  const HttpAnswer head = api_.call("HEAD", "/ping");
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("content-length"), "18");
}

TEST_F(HttpRootTest, IsNotReadyWhileItDrains) {
  api_.chat().isDraining = true;
  const HttpAnswer answer = api_.get("/readyz");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.text("/reason"), "draining");
  EXPECT_EQ(api_.get("/healthz").status, 200U);
}

TEST_F(HttpRootTest, WritesMetrics) {
  chat::Stats& stats = api_.chat().counters;
  stats.messagesConfirmed = 5;
  stats.drop(chat::DropReason::kRateLimit);
  stats.emitLatency.observe(std::chrono::microseconds(60));
  stats.emitLatency.observe(std::chrono::seconds(60));
  static_cast<void>(api_.get("/nothing"));
  const HttpAnswer answer = api_.get("/metrics");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* const line :
       {"# TYPE rookery_connections gauge\n", "rookery_sockets 3\n",
        "rookery_messages_total{outcome=\"confirmed\"} 5\n", "rookery_deliveries_total 42\n",
        "# TYPE rookery_commit_latency_seconds histogram\n",
        "rookery_emit_latency_seconds_bucket{le=\"5e-05\"} 0\n",
        "rookery_emit_latency_seconds_bucket{le=\"0.0001\"} 1\n",
        "rookery_emit_latency_seconds_bucket{le=\"+Inf\"} 2\n",
        "rookery_emit_latency_seconds_count 2\n",
        "rookery_drops_total{reason=\"rate_limited\"} 1\n", "rookery_loop_inbox{loop=\"0\"} ",
        "rookery_store_queue_records 0\n", "rookery_store_reads_total ",
        "rookery_store_statements_total ", "rookery_store_commits_total ",
        "rookery_http_requests_total{status=\"4xx\"} 1\n", "process_resident_memory_bytes ",
        "process_start_time_seconds "}) {
    EXPECT_THAT(answer.body, HasSubstr(line));
  }
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("process_resident_memory_bytes 0\n")));
}

TEST_F(HttpRootTest, RefusesUnknownPathsAndMethods) {
  for (const char* const path : {"/nothing", "/api/v1", "/api/v1/users", "/api/v2/room",
                                 "/api/v1/../v1/room", "/index.htm", "/avatar", "/%2e%2e/etc"}) {
    const HttpAnswer answer = api_.get(path);
    EXPECT_EQ(answer.status, 404U) << path;
    EXPECT_EQ(answer.keys(""), "success err data message") << path;
  }
  const HttpAnswer answer = api_.send("DELETE", "/api/v1/workspace", "{}");
  EXPECT_EQ(answer.status, 405U);
  EXPECT_EQ(answer.header("allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(api_.call("POST", "/avatar/default.png").header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(api_.call("OPTIONS", "/api/v1/room/user").status, 204U);
}

TEST_F(HttpRootTest, LetsPagesOfAnyOriginReadEveryAnswer) {
  for (const char* const path : {"/ping", "/nothing", "/api/v1/room", "/avatar/default.png"}) {
    const HttpAnswer answer = api_.call("GET", path, "Origin: https://a.example\r\n");
    EXPECT_EQ(answer.header("access-control-allow-origin"), "*") << path;
    EXPECT_EQ(answer.header("access-control-expose-headers"), "access-token, refresh-token")
        << path;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << path;
  }
  const HttpAnswer unreadable = api_.call("GET", "/ping", "Content-Length: -1\r\n");
  EXPECT_EQ(unreadable.status, 400U);
  EXPECT_EQ(unreadable.header("access-control-allow-origin"), "*");
  const HttpAnswer preflight =
      api_.call("OPTIONS", "/api/v1/room",
                "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n");
  EXPECT_EQ(preflight.status, 204U);
  EXPECT_EQ(preflight.header("access-control-allow-methods"),
            "GET, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(preflight.header("access-control-max-age"), "600");
}

TEST_F(HttpRootTest, ServesTheFilesOfThePageOnceToEachBrowser) {
  for (const api::WebAsset& asset : api::webAssets()) {
    const HttpAnswer answer = api_.get(asset.path);
    EXPECT_EQ(answer.status, 200U) << asset.path;
    EXPECT_EQ(answer.body, asset.bytes) << asset.path;
    EXPECT_EQ(answer.header("content-type"), asset.contentType) << asset.path;
    const HttpAnswer again =
        api_.call("GET", asset.path, "If-None-Match: \"x\", W/" + std::string(asset.etag) + "\r\n");
    EXPECT_EQ(again.status, 304U) << asset.path;
    EXPECT_EQ(again.header("etag"), asset.etag) << asset.path;
    EXPECT_EQ(again.body, "") << asset.path;
  }
  const HttpAnswer page = api_.get("/");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.header("content-security-policy"),
            "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: https:");
  EXPECT_EQ(page.header("cache-control"), "no-cache");
  EXPECT_EQ(api_.get("/ping").header("cache-control"), "no-store");
}

TEST_F(HttpRootTest, AsksForATokenThatIsGood) {
  const store::UserRecord ada = api_.makeUser("ada");
  const store::UserRecord gone = api_.makeUser("gone", false, true);
  const std::string token = api_.tokenOf(ada);
  EXPECT_EQ(api_.get("/api/v1/room", token).status, 200U);
  EXPECT_EQ(api_.call("GET", "/api/v1/room", "Authorization: Bearer " + token + "\r\n").status,
            200U);
  EXPECT_EQ(api_.call("GET", "/api/v1/room", "authorization: bearer  " + token + "\r\n").status,
            200U);

  store::UserRecord nobody = ada;
  nobody.id = api_.ids().next();
  for (const std::string& bad :
       {std::string("x"), token + "x", api_.tokenOf(gone), api_.tokenOf(nobody)}) {
    const HttpAnswer answer = api_.get("/api/v1/room", bad);
    EXPECT_EQ(answer.status, 403U);
    EXPECT_EQ(answer.text("/message"), "Invalid auth token provided");
  }
  for (const std::string& header :
       {std::string(), std::string("access-token: \r\n"), "Authorization: Basic " + token + "\r\n",
        "Authorization: " + token + "\r\n"}) {
    const HttpAnswer answer = api_.call("GET", "/api/v1/room", header);
    EXPECT_EQ(answer.status, 403U) << header;
    EXPECT_EQ(answer.text("/message"), "Token is required") << header;
    EXPECT_EQ(answer.at("/success"), "false") << header;
  }
}

TEST_F(HttpRootTest, ShowsSocketsToServerAdministratorsOnly) {
  const store::UserRecord ada = api_.makeUser("ada");
  const store::UserRecord admin = api_.makeUser("admin", true);
  api_.chat().connected = {{.userId = ada.id,
                            .email = ada.email,
                            .username = "ada",
                            .socketIds = {"s1", "s2"},
                            .rooms = {"r1"}}};
  EXPECT_EQ(api_.get("/debug/sockets").status, 403U);
  EXPECT_EQ(api_.get("/debug/sockets", api_.tokenOf(ada)).status, 403U);
  const HttpAnswer answer = api_.get("/debug/sockets", api_.tokenOf(admin));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.keys(""), "stats users timestamp");
  EXPECT_EQ(answer.at("/stats"), R"({"totalUsers":1,"totalRooms":7,"totalSockets":3})");
  EXPECT_EQ(answer.at("/users/0"), R"({"userId":")" + ada.id.hex() +
                                       R"(","email":"ada@example.org","username":"ada",)"
                                       R"("socketIds":["s1","s2"],"rooms":["r1"]})");
}

TEST_F(HttpRootTest, RefusesABodyOverTheLimit) {
  const HttpAnswer answer =
      api_.send("POST", "/api/v1/users/signup", "{\"email\":\"" + std::string(70'000, 'x') + "\"}");
  EXPECT_EQ(answer.status, 413U);
  EXPECT_EQ(answer.at("/success"), "false");
}

TEST_F(HttpRootTest, HandsEngineIosRequestsOnAndRefusesOtherUpgrades) {
  EXPECT_THAT(api_.get("/socket.io/?EIO=4&transport=polling").body,
              testing::StartsWith("0{\"sid\""));
  EXPECT_EQ(api_.call("POST", "/socket.io/?EIO=4&transport=polling", {}, std::string(100'000, 'x'))
                .status,
            400U);
  const HttpAnswer answer =
      api_.call("GET", "/ping",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
  EXPECT_EQ(answer.status, 404U);
}

TEST(HttpRootLimitsTest, HoldForHandshakesAndHistory) {
  api::Options options = RunningApi::lifted();
  options.handshakes = {.rate = 0, .burst = 2};
  options.history = {.rate = 0, .burst = 1};
  RunningApi api(options);
  const std::string handshake = "/socket.io/?EIO=4&transport=polling";
  EXPECT_EQ(api.get(handshake).status, 200U);
  EXPECT_EQ(api.get(handshake).status, 200U);
  const HttpAnswer refused = api.get(handshake);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(api.get(handshake + "&sid=unknown").status, 400U) << "only handshakes are counted";

  const std::string ada = api.tokenOf(api.makeUser("ada"));
  const std::string bob = api.tokenOf(api.makeUser("bob"));
  const std::string history = "/api/v1/messages/0123456789abcdef01234567";
  EXPECT_EQ(api.get(history, ada).status, 404U);
  EXPECT_EQ(api.get(history, ada).status, 429U);
  EXPECT_EQ(api.get(history, bob).status, 404U);
  EXPECT_EQ(api.get("/api/v1/room", ada).status, 200U);
}

}  // namespace rookery::test
