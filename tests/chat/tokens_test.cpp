#include "rookery/chat/tokens.h"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <array>

#include "rookery/base/encoding.h"

namespace rookery::chat {
namespace {

constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";
constexpr base::WallMs kNow = 1'790'000'000'000;

std::string base64(std::string_view text) { return base::base64Url(base::asBytes(text)); }

/// A token with any header and any claims, signed as `digest` and `secret` say.
std::string forge(std::string_view header, std::string_view claims, std::string_view secret,
                  const EVP_MD* digest = EVP_sha256()) {
  const std::string text = base64(header) + "." + base64(claims);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
  return text + "." + base::base64Url(std::span(mac).first(length));
}

std::string claimsJson(std::string_view id, std::string_view expiry) {
  return std::string(R"({"id":")")
      .append(id)
      .append(R"(","email":"a@example.org","username":"ada")")
      .append(expiry)
      .append("}");
}

constexpr std::string_view kId = "0123456789abcdef01234567";
constexpr std::string_view kLater = R"(,"exp":1790000060)";

}  // namespace

class TokensTest : public testing::Test {
 protected:
  [[nodiscard]] bool isAccepted(std::string_view token) const {
    const auto claims = tokens_.verify(token, kNow);
    if (!claims) {
      EXPECT_EQ(claims.error().code, base::ErrorCode::kUnauthenticated);
    }
    return claims.has_value();
  }

  const std::string secret_ = "a secret of at least thirty-two bytes";
  const Tokens tokens_{secret_};
  const TokenClaims ada_{.userId = *base::ObjectId::parse(kId),
                         .email = "ada@example.org",
                         .username = "ada",
                         .expiresAt = kNow + 60'999};
};

TEST_F(TokensTest, ComeBackAsTheyWereIssued) {
  const auto token = tokens_.issue(ada_);
  ASSERT_TRUE(token);
  const auto claims = tokens_.verify(*token, kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->userId, ada_.userId);
  EXPECT_EQ(claims->email, ada_.email);
  EXPECT_EQ(claims->username, ada_.username);
  EXPECT_EQ(claims->expiresAt, kNow + 60'000);
}

TEST_F(TokensTest, OfOtherIssuersWithTheSameSecretAreTaken) {
  EXPECT_TRUE(isAccepted(forge(kHs256, claimsJson(kId, kLater), secret_)));
  EXPECT_TRUE(isAccepted(forge(R"({"alg":"HS256"})", claimsJson(kId, kLater), secret_)));
}

TEST_F(TokensTest, AreRefusedOnceTheyHaveExpired) {
  const auto token = tokens_.issue(ada_);
  ASSERT_TRUE(token);
  EXPECT_TRUE(tokens_.verify(*token, kNow + 59'999));
  EXPECT_FALSE(tokens_.verify(*token, kNow + 60'000));
}

TEST_F(TokensTest, AreRefusedWithAnotherSecretOrAChangedPart) {
  EXPECT_FALSE(isAccepted(forge(kHs256, claimsJson(kId, kLater), "another secret")));
  std::string token = *tokens_.issue(ada_);
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '.') continue;
    std::string changed = token;
    // Not the neighbour in base64, whose last character may carry bits that mean nothing.
    changed[i] = changed[i] == 'A' ? 'z' : 'A';
    if (changed == token) continue;
    EXPECT_FALSE(isAccepted(changed)) << "at " << i;
  }
}

TEST_F(TokensTest, AreRefusedWithoutOrWithAnotherAlgorithm) {
  const std::string claims = claimsJson(kId, kLater);
  for (const std::string_view none : {"none", "None", "NONE", "nOnE"}) {
    const std::string header = std::string(R"({"alg":")").append(none).append(R"(","typ":"JWT"})");
    const std::string unsignedToken = base64(header) + "." + base64(claims) + ".";
    EXPECT_FALSE(isAccepted(unsignedToken)) << none;
    EXPECT_FALSE(isAccepted(unsignedToken.substr(0, unsignedToken.size() - 1))) << none;
    EXPECT_FALSE(isAccepted(forge(header, claims, secret_))) << none;
    EXPECT_FALSE(isAccepted(forge(header, claims, ""))) << none;
  }
  EXPECT_FALSE(isAccepted(forge(R"({"alg":"HS384","typ":"JWT"})", claims, secret_, EVP_sha384())));
  EXPECT_FALSE(isAccepted(forge(R"({"alg":"HS512","typ":"JWT"})", claims, secret_, EVP_sha512())));
  for (const std::string_view other : {"RS256", "ES256", "PS256", "EdDSA", "HS25", ""}) {
    const std::string header = std::string(R"({"alg":")").append(other).append(R"("})");
    EXPECT_FALSE(isAccepted(forge(header, claims, secret_))) << other;
  }
  EXPECT_FALSE(isAccepted(forge(R"({"typ":"JWT"})", claims, secret_)));
  EXPECT_FALSE(isAccepted(forge(R"({"alg":256})", claims, secret_)));
}

TEST_F(TokensTest, AreRefusedWhenAClaimIsMissingOrOfAnotherType) {
  for (
      const std::string_view claims :
      {R"({})", R"([])", R"("text")", R"({"id":"0123456789abcdef01234567","exp":1790000060})",
       R"({"email":"a@b.c","username":"ada","exp":1790000060})",
       R"({"id":"0123456789abcdef01234567","email":"a@b.c","exp":1790000060})",
       R"({"id":"0123456789abcdef01234567","username":"ada","exp":1790000060})",
       R"({"id":7,"email":"a@b.c","username":"ada","exp":1790000060})",
       R"({"id":"0123456789abcdef01234567","email":null,"username":"ada","exp":1790000060})",
       R"({"id":"0123456789abcdef01234567","email":"a@b.c","username":["ada"],"exp":1790000060})"}) {
    EXPECT_FALSE(isAccepted(forge(kHs256, claims, secret_))) << claims;
  }
  for (const std::string_view expiry :
       {"", R"(,"exp":"1790000060")", R"(,"exp":null)", R"(,"exp":true)", R"(,"exp":-1)",
        R"(,"exp":1790000060.5)", R"(,"exp":9223372036854775807)", R"(,"exp":1e300)"}) {
    EXPECT_FALSE(isAccepted(forge(kHs256, claimsJson(kId, expiry), secret_))) << expiry;
  }
  for (const std::string_view id :
       {"", "0123456789abcdef0123456", "0123456789ABCDEF01234567", "admin"}) {
    EXPECT_FALSE(isAccepted(forge(kHs256, claimsJson(id, kLater), secret_))) << id;
  }
}

TEST_F(TokensTest, AreRefusedWhenTheyAreNone) {
  const std::string token = *tokens_.issue(ada_);
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("..."),
        std::string("a.b.c"), std::string("null"), std::string(7000, '.'),
        std::string(1'000'000, 'A'), token + ".", token + "." + token, " " + token,
        token.substr(0, token.rfind('.')), token.substr(0, token.rfind('.') + 1),
        std::string(token).append(1, '\0'), std::string(token).append("\0x", 2),
        "Bearer " + token}) {
    EXPECT_FALSE(isAccepted(text)) << text.substr(0, 100);
  }
  const std::string longClaims = claimsJson(kId, kLater);
  EXPECT_FALSE(isAccepted(forge(
      kHs256,
      longClaims.substr(0, longClaims.size() - 1) + R"(,"x":")" + std::string(9000, 'x') + "\"}",
      secret_)));
}

TEST(TokensWithoutSecretTest, NeitherIssueNorTakeAnything) {
  const Tokens tokens{std::string()};
  EXPECT_FALSE(tokens.issue({.userId = *base::ObjectId::parse(kId),
                             .email = "a@b.c",
                             .username = "ada",
                             .expiresAt = kNow + 60'000}));
  EXPECT_FALSE(tokens.verify(forge(kHs256, claimsJson(kId, kLater), ""), kNow));
  EXPECT_FALSE(tokens.verify(forge(R"({"alg":"none"})", claimsJson(kId, kLater), ""), kNow));
}

TEST_F(TokensTest, AreLookedAtAnewEachTimeAsFarAsTheyCanEnd) {
  Tokens tokens(secret_);
  TokenClaims claims = ada_;
  claims.session = *base::ObjectId::parse("0123456789abcdef0123aaaa");
  const std::string token = *tokens.issue(claims);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(tokens.verify(token, kNow));
  EXPECT_FALSE(tokens.verify(token, claims.expiresAt)) << "expired meanwhile";
  EXPECT_TRUE(tokens.verify(token, kNow));
  tokens.endSession({claims.session, claims.expiresAt});
  EXPECT_FALSE(tokens.verify(token, kNow)) << "its session was ended";
}

TEST_F(TokensTest, OfAKeyThatIsGoneAreForgotten) {
  Tokens tokens(secret_);
  const std::string token = *tokens.issue(ada_);
  EXPECT_TRUE(tokens.verify(token, kNow));
  const std::string other = "another secret of thirty-two bytes and more";
  tokens.setKeys({.secret = other, .previous = secret_});
  EXPECT_TRUE(tokens.verify(token, kNow));
  tokens.setKeys({.secret = other});
  EXPECT_FALSE(tokens.verify(token, kNow));
}

TEST(VerifiedTokens, HaveALimitAndForgetWithTheKeys) {
  const auto digest = [](std::string_view token) { return VerifiedTokens::digestOf(token); };
  VerifiedTokens known;
  const int first = 0;
  const int second = 0;
  known.use(&first);
  known.put(digest("a"), {}, &second);
  EXPECT_FALSE(known.find(digest("a"))) << "of keys that hold no longer";
  for (std::size_t i = 0; i < VerifiedTokens::kMost; ++i) {
    known.put(digest(std::to_string(i)), {}, &first);
  }
  EXPECT_TRUE(known.find(digest("0")));
  known.put(digest("one more"), {}, &first);
  EXPECT_FALSE(known.find(digest("0")));
  EXPECT_TRUE(known.find(digest("one more")));
  known.use(&second);
  EXPECT_FALSE(known.find(digest("one more")));
}

}  // namespace rookery::chat
