#include "rookery/api/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rookery/api/routes.h"

namespace rookery::api {
namespace {

void never(CallPtr call) { static_cast<void>(call); }

const Route kTable[] = {
    {"GET", "/", Access::kAnybody, never},       {"GET", "/a", Access::kAnybody, never},
    {"POST", "/a", Access::kAnybody, never},     {"GET", "/a/fixed", Access::kAnybody, never},
    {"GET", "/a/:one", Access::kAnybody, never}, {"PUT", "/a/:one/b/:two", Access::kAnybody, never},
};

}  // namespace

class RouterTest : public testing::Test {
 protected:
  [[nodiscard]] std::string_view patternOf(std::string_view method, std::string_view path) const {
    const Route* const route = router_.find(method, path).route;
    return route == nullptr ? "none" : route->pattern;
  }
  const Router router_{kTable};
};

TEST_F(RouterTest, FindsFixedPathsAndParameters) {
  EXPECT_EQ(patternOf("GET", "/"), "/");
  EXPECT_EQ(patternOf("GET", "/a"), "/a");
  EXPECT_EQ(patternOf("GET", "/a/x"), "/a/:one");
  const Router::Match match = router_.find("PUT", "/a/first/b/second");
  ASSERT_NE(match.route, nullptr);
  EXPECT_THAT(match.params, testing::ElementsAre("first", "second"));
}

TEST_F(RouterTest, PrefersTheEarlierRow) { EXPECT_EQ(patternOf("GET", "/a/fixed"), "/a/fixed"); }

TEST_F(RouterTest, ServesHeadWhereGetIs) {
  EXPECT_EQ(patternOf("HEAD", "/a/x"), "/a/:one");
  EXPECT_EQ(patternOf("HEAD", "/a/x/b/y"), "none");
}

TEST_F(RouterTest, TakesOneSlashAtTheEnd) {
  EXPECT_EQ(patternOf("GET", "/a/"), "/a");
  EXPECT_EQ(patternOf("GET", "/a/x/"), "/a/:one");
  EXPECT_EQ(patternOf("GET", "/a//"), "none");
}

TEST_F(RouterTest, NamesTheMethodsOfAKnownPathOnly) {
  EXPECT_EQ(router_.find("DELETE", "/a").allow, "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(router_.find("DELETE", "/a/fixed").allow, "GET, HEAD, OPTIONS");
  EXPECT_EQ(router_.find("GET", "/a/x/b/y").allow, "PUT, OPTIONS");
  for (const std::string_view path : {"/b", "/a/x/b", "/a/x/c/y", "/a/x/b/y/z", "//", "/A"}) {
    const Router::Match match = router_.find("GET", path);
    EXPECT_EQ(match.allow, "") << path;
    EXPECT_EQ(match.route, nullptr) << path;
  }
}

TEST(RoutesTest, AreEachReachedByTheirOwnPattern) {
  const Router router(routes());
  for (const Route& route : routes()) {
    std::string path(route.pattern);
    for (char& c : path) {
      if (c == ':') c = 'x';
    }
    EXPECT_EQ(router.find(route.method, path).route, &route) << route.pattern;
  }
}

TEST(RoutesTest, AskForASignedInUserWhereTheHandlerNeedsOne) {
  for (const Route& route : routes()) {
    EXPECT_EQ(route.access == Access::kAnybody, std::holds_alternative<OpenHandler>(route.handler))
        << route.pattern;
  }
}

}  // namespace rookery::api
