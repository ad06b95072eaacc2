#include "rookery/chat/mentions.h"

#include <gtest/gtest.h>

namespace rookery::chat {
namespace {

using Names = std::vector<std::string_view>;

TEST(Mentions, NamesStandBehindAnAt) {
  EXPECT_EQ(namesIn("@ada and @bob.b, also (@c-c_9)"), (Names{"ada", "bob.b", "c-c_9"}));
  EXPECT_EQ(namesIn("no names @ here, @, @@ada"), Names{"ada"});
  EXPECT_EQ(namesIn("@ada@bob"), Names{"ada"}) << "an address, perhaps";
  EXPECT_EQ(namesIn("ada@example.org, ä@ada, 9@ada"), Names{});
  EXPECT_EQ(namesIn("@ab is too short"), Names{});
  EXPECT_EQ(namesIn("@ada."), Names{"ada."}) << "whoever knows the names takes the dot off";
  EXPECT_EQ(namesIn(""), Names{});
}

class MentionsIn : public testing::Test {
 protected:
  MentionsIn() : conversation_(id(1)) {
    conversation_.names = std::make_shared<Usernames>();
    conversation_.names->put(id(2), "Ada");
    conversation_.names->put(id(3), "ada.l.");
    conversation_.names->put(id(4), "bob");
  }
  static base::ObjectId id(std::uint8_t number) {
    base::ObjectId made;
    made.bytes[11] = number;
    return made;
  }
  std::vector<base::ObjectId> in(std::string_view body) const {
    return mentionsIn(conversation_, body);
  }
  using Ids = std::vector<base::ObjectId>;
  Conversation conversation_;
};

TEST_F(MentionsIn, WithoutTheCaseOfAsciiLetters) {
  EXPECT_EQ(in("@ADA, @Bob"), (Ids{id(2), id(4)}));
  EXPECT_EQ(in("@Ädä"), Ids{});
}

TEST_F(MentionsIn, ANameMayEndASentence) {
  EXPECT_EQ(in("Ask @bob."), Ids{id(4)});
  EXPECT_EQ(in("Ask @bob..."), Ids{id(4)});
  EXPECT_EQ(in("Ask @ada.l."), Ids{id(3)}) << "the longest that is one";
  EXPECT_EQ(in("Ask @bobby"), Ids{});
}

TEST_F(MentionsIn, EachOnceAndNoStranger) {
  EXPECT_EQ(in("@bob @eve @bob @ada"), (Ids{id(4), id(2)}));
  EXPECT_EQ(in("nobody"), Ids{});
}

TEST_F(MentionsIn, InTheTextOfADelta) {
  EXPECT_EQ(in(R"({"ops":[{"insert":"hi @bob\n","attributes":{"x":"@ada"}}]})"), Ids{id(4)});
}

TEST_F(MentionsIn, LongRunsOfPunctuationAreCheap) {
  EXPECT_EQ(in("@bob" + std::string(500'000, '.')), Ids{id(4)});
  EXPECT_EQ(in("@nobody" + std::string(500'000, '-')), Ids{});
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "@eve ";
  EXPECT_EQ(in(many + "@bob"), Ids{}) << "behind the names that are looked up";
}

TEST_F(MentionsIn, EndAtTheirLimit) {
  std::string body;
  for (std::uint8_t i = 0; i < 60; ++i) {
    const std::string name = "user" + std::to_string(i);
    conversation_.names->put(id(static_cast<std::uint8_t>(100 + i)), name);
    body += "@" + name + " ";
  }
  EXPECT_EQ(in(body).size(), kMostMentions);
}

TEST(Usernames, ARenamedUserHasTheNewNameAlone) {
  Usernames names;
  names.put({}, "ada");
  names.rename({}, "Lovelace");
  EXPECT_FALSE(names.find("ada"));
  EXPECT_TRUE(names.find("lovelace"));
  base::ObjectId stranger;
  stranger.bytes[0] = 1;
  names.rename(stranger, "eve");
  EXPECT_FALSE(names.find("eve")) << "is not among them";
}

}  // namespace
}  // namespace rookery::chat
