#include "rookery/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "rookery/base/check.h"

namespace rookery::base {
namespace {

using Block = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string textOf(const Block& block, unsigned length) {
  return {reinterpret_cast<const char*>(block.data()), length};
}

}  // namespace

struct Sha256::Impl {
  // The library fails for want of memory only, for which nobody has an answer.
  Impl() { ROOKERY_CHECK(EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
  ~Impl() { EVP_MD_CTX_free(context); }
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  ROOKERY_CHECK(EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::digest() {
  Block block{};
  unsigned length = 0;
  ROOKERY_CHECK(EVP_DigestFinal_ex(impl_->context, block.data(), &length) == 1);
  return textOf(block, length);
}

std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.digest();
}

std::string hmacSha256(std::string_view key, std::string_view text) {
  Block block{};
  unsigned length = 0;
  ROOKERY_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), block.data(),
                     &length) != nullptr);
  return textOf(block, length);
}

}  // namespace rookery::base
