#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rookery::base {

/// SHA-256 (FIPS 180-4) of what comes in pieces. Thread: owner.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  ~Sha256();

  void add(std::string_view bytes);
  /// 32 bytes; once, at the end.
  [[nodiscard]] std::string digest();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// 32 bytes. Thread: any.
[[nodiscard]] std::string sha256(std::string_view text);
/// HMAC with SHA-256 (RFC 2104): 32 bytes. Thread: any.
[[nodiscard]] std::string hmacSha256(std::string_view key, std::string_view text);

}  // namespace rookery::base
