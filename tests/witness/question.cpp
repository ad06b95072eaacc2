#include "witness/question.h"

#include <fmt/format.h>

namespace rookery::witness {
namespace {

using About = Question::About;
using enum Question::Rule;

std::string ofPlace(const About& about) { return fmt::format("{{{}}}", about.place); }
std::string ofMessage(const About& about) {
  return fmt::format(R"({{"messageId":"{}"}})", about.message);
}
std::string nothing(const About&) { return "{}"; }
std::string ofUsers(const About& about) {
  return fmt::format(R"({{"userIds":["{}"]}})", about.user);
}
std::string typing(const About& about) {
  return fmt::format(R"({{{},"isTyping":true}})", about.place);
}
std::string firstSeq(const About& about) { return fmt::format(R"({{{},"seq":1}})", about.place); }
std::string otherBody(const About& about) {
  return fmt::format(R"({{"messageId":"{}","body":"foreign @user1"}})", about.message);
}
std::string thumb(const About& about) {
  return fmt::format(R"({{"messageId":"{}","emoji":"+1"}})", about.message);
}
std::string read(const About& about) {
  return fmt::format(R"({{{},"messageId":"{}"}})", about.place, about.message);
}
std::string positions(const About& about) {
  return fmt::format(R"({{"positions":{{"{}":0}}}})", about.conversation);
}
std::string words(const About& about) {
  return fmt::format(R"({{{},"query":"user* foreign"}})", about.place);
}
std::string wordsAnywhere(const About&) { return R"({"query":"user*"})"; }
/// Of a call: `what` is what the signal carries.
std::string signal(const About& about, std::string_view what) {
  return fmt::format(R"({{"from":{{"id":"{}"}},"to":{{"user":{{"id":"{}"}},"room":null}}{}}})",
                     about.self, about.user, what);
}
std::string offer(const About& about) {
  return signal(about, R"(,"offer":{"type":"offer","sdp":"v=0"})");
}
std::string answer(const About& about) {
  return signal(about, R"(,"answer":{"type":"answer","sdp":"v=0"})");
}
std::string candidate(const About& about) {
  return signal(about, R"(,"candidate":{"candidate":"x"})");
}
std::string renegotiation(const About& about) { return signal(about, ""); }
std::string away(const About&) { return R"({"status":"away"})"; }

constexpr Question kQuestions[] = {
    {"typing", kTakesPart, false, &typing},
    {"markDelivered", kTakesPart, false, &firstSeq},
    {"markRead", kTakesPart, true, &read},
    {"getMessages", kTakesPart, false, &ofPlace},
    {"getPins", kTakesPart, false, &ofPlace},
    {"getThread", kTakesPart, true, &ofMessage},
    {"getMessageHistory", kTakesPart, true, &ofMessage},
    {"addReaction", kTakesPart, true, &thumb},
    {"removeReaction", kTakesPart, true, &thumb},
    {"pinMessage", kTakesPart, true, &ofMessage},
    {"unpinMessage", kTakesPart, true, &ofMessage},
    {"editMessage", kSender, true, &otherBody},
    {"deleteMessage", kSender, true, &ofMessage},
    {"resume", kFiltered, false, &positions},
    {"searchMessages", kTakesPart, false, &words},
    {"searchMessages", kOwn, false, &wordsAnywhere},
    {"offer", kShares, false, &offer},
    {"answer", kShares, false, &answer},
    {"ice-candidate", kShares, false, &candidate},
    {"renegotiation-needed", kShares, false, &renegotiation},
    {"getUnread", kAnybody, false, &nothing},
    {"setPresence", kAnybody, false, &away},
    {"watchPresence", kAnybody, false, &ofUsers},
    {"unwatchPresence", kAnybody, false, &ofUsers},
};

}  // namespace

std::span<const Question> questions() { return kQuestions; }

}  // namespace rookery::witness
