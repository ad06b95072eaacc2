#include "rookery/chat/public_keys.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "rookery/base/encoding.h"
#include "rookery/base/json.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr int kLeastRsaBits = 2048;
constexpr std::size_t kMostKeys = 16;  // each may be tried for a token

template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Bio = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeBy<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeBy<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeBy<OSSL_PARAM_free>>;

tl::unexpected<base::Error> refused(std::string message) {
  return base::fail(ErrorCode::kInvalidPayload, std::move(message));
}

bool isP256(EVP_PKEY* key) {
  char group[64] = "";
  return EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
         std::string_view(group) == "prime256v1";
}

/// As PEM; nothing for a key that is of no kind of ours.
std::optional<PublicKey> publicKey(EVP_PKEY* key, std::string id) {
  PublicKey made{.id = std::move(id), .kind = PublicKey::Kind::kRsa, .pem = {}};
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    if (EVP_PKEY_get_bits(key) < kLeastRsaBits) return std::nullopt;
  } else if (EVP_PKEY_is_a(key, "EC") == 1 && isP256(key)) {
    made.kind = PublicKey::Kind::kP256;
  } else {
    return std::nullopt;
  }
  const Bio out(BIO_new(BIO_s_mem()));
  if (out == nullptr || PEM_write_bio_PUBKEY(out.get(), key) != 1) return std::nullopt;
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(out.get(), &bytes);
  made.pem.assign(bytes, static_cast<std::size_t>(length));
  return made;
}

/// Of a member that holds bytes in base64url; nothing when there is none.
std::optional<std::string> bytesIn(const base::JsonObject& object, std::string_view name) {
  const auto text = base::stringMember(object, name);
  if (!text) return std::nullopt;
  std::string plain(*text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  return base::decodeBase64(plain);
}

Key keyFrom(const char* type, const ParamBuilder& builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return Key(made);
}

Number numberIn(const std::string& bytes) {
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

/// RFC 7518 §6.3.1
Key rsaKey(const base::JsonObject& jwk) {
  const auto modulus = bytesIn(jwk, "n");
  const auto exponent = bytesIn(jwk, "e");
  if (!modulus || !exponent) return nullptr;
  const Number n = numberIn(*modulus);
  const Number e = numberIn(*exponent);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return keyFrom("RSA", builder);
}

/// RFC 7518 §6.2.1; the point as SEC 1 §2.3.3 writes it.
Key ecKey(const base::JsonObject& jwk) {
  const auto x = bytesIn(jwk, "x");
  const auto y = bytesIn(jwk, "y");
  if (!x || !y || x->size() != 32 || y->size() != 32) return nullptr;
  const std::string point = '\x04' + *x + *y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return keyFrom("EC", builder);
}

base::Result<std::vector<PublicKey>> fromJwks(std::string_view text) {
  base::JsonParser parser;
  const auto document = parser.parse(text);
  base::JsonArray list;
  if (!document || (*document)["keys"].get(list) != simdjson::SUCCESS) {
    return refused("it is no JWKS document: there is no list `keys`");
  }
  std::vector<PublicKey> keys;
  for (const base::JsonValue one : list) {
    base::JsonObject jwk;
    if (one.get(jwk) != simdjson::SUCCESS) return refused("a key in it is no object");
    const auto type = base::stringMember(jwk, "kty");
    if (base::stringMember(jwk, "use").value_or("sig") != "sig") continue;
    if (type != "RSA" && type != "EC") continue;
    if (type == "EC" && base::stringMember(jwk, "crv") != "P-256") continue;
    const Key key = type == "RSA" ? rsaKey(jwk) : ecKey(jwk);
    const std::string id(base::stringMember(jwk, "kid").value_or(""));
    auto made = key == nullptr ? std::nullopt : publicKey(key.get(), id);
    if (!made) return refused("the key `" + id + "` is damaged, or RSA of less than 2048 bits");
    keys.push_back(std::move(*made));
  }
  return keys;
}

base::Result<std::vector<PublicKey>> fromPem(std::string_view text) {
  std::size_t begun = 0;
  for (std::size_t at = 0; (at = text.find("-----BEGIN ", at)) != std::string_view::npos; ++at) {
    ++begun;
  }
  const Bio in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::vector<PublicKey> keys;
  while (in != nullptr && keys.size() < begun) {
    const Key key(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (key == nullptr) return refused("a key in it is damaged, or no public key");
    auto made = publicKey(key.get(), "");
    if (!made) return refused("a key in it is neither RSA of 2048 bits or more, nor P-256");
    keys.push_back(std::move(*made));
  }
  return keys;
}

}  // namespace

base::Result<std::vector<PublicKey>> publicKeysIn(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  const bool isJson = start != std::string_view::npos && text[start] == '{';
  auto keys = isJson ? fromJwks(text) : fromPem(text);
  if (!keys) return keys;
  if (keys->empty()) return refused("there is no public key in it, RSA or P-256");
  if (keys->size() > kMostKeys) return refused("there are more than 16 keys in it");
  return keys;
}

}  // namespace rookery::chat
