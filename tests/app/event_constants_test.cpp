#include "rookery/app/event_constants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "rookery/chat/event_names.h"

namespace rookery::app {
namespace {

using testing::HasSubstr;

TEST(EventConstantsTest, BothFilesHaveEveryName) {
  const std::string module = eventConstantsModule();
  const std::string declarations = eventConstantsDeclarations();
  for (const chat::EventName& event : chat::kEventNames) {
    const std::string pair = std::string(event.constantName) + ": '" + std::string(event.wireName);
    EXPECT_THAT(module, HasSubstr("\n  " + pair + "',\n"));
    EXPECT_THAT(declarations, HasSubstr("\n  " + pair + "';\n"));
  }
  for (const chat::EventGroup group : chat::kEventGroups) {
    const std::string name = std::string(chat::eventGroupName(group)) + "Events";
    EXPECT_THAT(module, HasSubstr("export const " + name + " = Object.freeze({\n"));
    EXPECT_THAT(declarations, HasSubstr("export declare const " + name + ": Readonly<{\n"));
  }
}

TEST(EventConstantsTest, ConstantsAreIdentifiersAndUniqueInTheirGroup) {
  std::set<std::pair<chat::EventGroup, std::string_view>> seen;
  for (const chat::EventName& event : chat::kEventNames) {
    EXPECT_EQ(event.constantName.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"),
              std::string_view::npos);
    EXPECT_TRUE(seen.insert({event.group, event.constantName}).second) << event.constantName;
  }
}

}  // namespace
}  // namespace rookery::app
