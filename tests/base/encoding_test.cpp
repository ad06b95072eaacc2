#include "rookery/base/encoding.h"

#include <gtest/gtest.h>

#include <random>

namespace rookery::base {
namespace {

std::string base64(std::string_view text) {
  std::string out;
  appendBase64(out, asBytes(text));
  return out;
}

TEST(Base64Test, VectorsOfRfc4648) {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : kVectors) {
    EXPECT_EQ(base64(plain), encoded);
    EXPECT_EQ(decodeBase64(encoded), plain);
  }
}

TEST(Base64Test, EveryLengthGoesBothWays) {
  std::mt19937 random(3);
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes(length, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string encoded = base64(bytes);
    EXPECT_EQ(encoded.size(), (length + 2) / 3 * 4);
    EXPECT_EQ(decodeBase64(encoded), bytes);
    std::string unpadded = encoded;
    while (unpadded.ends_with('=')) unpadded.pop_back();
    EXPECT_EQ(decodeBase64(unpadded), bytes);
    std::string url = base64Url(asBytes(bytes));
    for (char& c : url) c = c == '-' ? '+' : c == '_' ? '/' : c;
    EXPECT_EQ(url, unpadded);
  }
}

TEST(Base64Test, AppendsToWhatIsThere) {
  std::string out = "b";
  appendBase64(out, asBytes("foo"));
  EXPECT_EQ(out, "bZm9v");
}

TEST(Base64Test, RefusesWhatIsNotCanonical) {
  for (const char* bad : {"Z",      "Zg=",   "Zg===",    "Z===",     "=",    "==",    "Zm9v=",
                          "Zm9v==", "Zm8==", "Zg==Zg==", "Zm9v====", "AA=A", "Zm 9v", "Zm9v\n",
                          "Zm9-",   "Zm9_",  "Zh==",     "Zm9=",     "Zh",   "Zm9"}) {
    EXPECT_FALSE(decodeBase64(bad)) << bad;
  }
}

TEST(Utf8Test, TableOfRfc3629) {
  for (const std::string_view good :
       {"", "ascii", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(isUtf8(good));
  }
  for (const std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82",
        "a\xF0\x9F\x90"}) {
    EXPECT_FALSE(isUtf8(bad));
  }
}

TEST(ConstantTimeTest, ComparesAllBytes) {
  EXPECT_TRUE(equalInConstantTime("", ""));
  EXPECT_TRUE(equalInConstantTime("secret", "secret"));
  EXPECT_FALSE(equalInConstantTime("secret", "secreT"));
  EXPECT_FALSE(equalInConstantTime("Secret", "secret"));
  EXPECT_FALSE(equalInConstantTime("secret", "secret1"));
  EXPECT_FALSE(equalInConstantTime("\xff", "\x7f"));
}

}  // namespace
}  // namespace rookery::base
