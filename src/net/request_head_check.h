#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rookery::net {

/// Why a request is refused; a status of 0 means that it is not.
struct HttpRefusal {
  unsigned status = 0;
  std::string_view text;  ///< a fixed sentence

  explicit operator bool() const { return status != 0; }
};

/// Looks for the end of a request's head while it arrives, byte by byte in the order of sending,
/// so that the outcome does not depend on how the stream was cut. Refuses bare CR, bare LF and
/// other control characters at once (RFC 9112 §2.2). Thread: one at a time.
class HeadScanner {
 public:
  explicit HeadScanner(std::size_t maxBytes) : maxBytes_(maxBytes) {}

  enum class Status : std::uint8_t {
    kNeedMore,   ///< all was looked at
    kEmptyLine,  ///< the one empty line that may stand before a request: to be forgotten
    kEnd,        ///< the head is complete
    kRefused,    ///< see refusal()
  };
  /// `used`: how many bytes were looked at.
  [[nodiscard]] Status scan(std::span<const std::uint8_t> bytes, std::size_t& used);
  [[nodiscard]] const HttpRefusal& refusal() const { return refusal_; }
  /// Whether a byte of the request line was seen.
  [[nodiscard]] bool begun() const { return begun_; }

 private:
  std::size_t maxBytes_;
  std::size_t bytes_ = 0;
  bool begun_ = false;
  bool inLine_ = false;
  bool afterCr_ = false;
  bool emptyLineSeen_ = false;
  HttpRefusal refusal_;
};

/// Checks a complete head, its empty line included, for what could be read in two ways or is not
/// spoken here: the shape of each line, Host, Content-Length, Transfer-Encoding, the version.
/// Format: RFC 9112 §3, §5, §6. `head` has passed a HeadScanner.
[[nodiscard]] HttpRefusal checkRequestHead(std::string_view head);

}  // namespace rookery::net
