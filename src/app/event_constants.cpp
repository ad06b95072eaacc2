#include "rookery/app/event_constants.h"

#include <fmt/format.h>

#include <iterator>

#include "rookery/chat/event_names.h"

namespace rookery::app {
namespace {

/// `form` is given the constant and the wire name.
void appendConstants(std::string& out, chat::EventGroup group,
                     fmt::format_string<const std::string_view&, const std::string_view&> form) {
  for (const chat::EventName& event : chat::kEventNames) {
    if (event.group == group) {
      fmt::format_to(std::back_inserter(out), form, event.constantName, event.wireName);
    }
  }
}

}  // namespace

std::string eventConstantsModule() {
  std::string out =
      "// The names of Rookery's events. Printed by `rookery describe constants`; not to be "
      "edited.\n";
  for (const chat::EventGroup group : chat::kEventGroups) {
    out += fmt::format("\nexport const {}Events = Object.freeze({{\n", chat::eventGroupName(group));
    appendConstants(out, group, "  {}: '{}',\n");
    out += "});\n";
  }
  return out;
}

std::string eventConstantsDeclarations() {
  std::string out =
      "// The names of Rookery's events. Printed by `rookery describe typescript`; not to be "
      "edited.\n";
  for (const chat::EventGroup group : chat::kEventGroups) {
    const std::string name(chat::eventGroupName(group));
    out += fmt::format("\nexport declare const {}Events: Readonly<{{\n", name);
    appendConstants(out, group, "  {}: '{}';\n");
    std::string type = name;
    type[0] = static_cast<char>(type[0] - 'a' + 'A');
    out += fmt::format("}}>;\nexport type {}Event = (typeof {}Events)[keyof typeof {}Events];\n",
                       type, name, name);
  }
  return out;
}

}  // namespace rookery::app
