#include "rookery/socketio/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::socketio {
namespace {

constexpr std::string_view kFirst = R"({"_placeholder":true,"num":0})";
constexpr std::string_view kSecond = R"({"_placeholder":true,"num":1})";

TEST(ArgsTest, WritesValuesOfAllKindsWithoutSpaces) {
  const Args args = Args::of("a\"b", 1, -2, 1.5, true, nullptr, std::vector<int>{1, 2},
                             std::map<std::string, bool>{{"x", false}}, Json{"{}"});
  EXPECT_EQ(args.json(), R"("a\"b",1,-2,1.5,true,null,[1,2],{"x":false},{})");
  EXPECT_TRUE(args.attachments().empty());
}

TEST(ArgsTest, NumbersBuffersBehindThoseThatAreThere) {
  Args args = Args::of(Bytes{"one"}, 5);
  args.add(Args::of(Bytes{"two"}));
  EXPECT_EQ(args.json(), std::string(kFirst) + ",5," + std::string(kSecond));
  EXPECT_THAT(args.attachments(), testing::ElementsAre("one", "two"));
}

TEST(ArgsTest, FindsWhatStandsBehindTheNameOfAnEvent) {
  EXPECT_EQ(behindFirstValue(R"(["e",1,[2]])"), "1,[2]");
  EXPECT_EQ(behindFirstValue(R"([ "a\",]" , 1 ])"), " 1 ");
  EXPECT_EQ(behindFirstValue(R"([5,"x"])"), R"("x")");
  EXPECT_EQ(behindFirstValue(R"(["e"])"), "");
  EXPECT_EQ(behindFirstValue(""), "");
  EXPECT_EQ(insideBrackets("[ ]"), "");
}

}  // namespace
}  // namespace rookery::socketio
