#pragma once

#include <zlib.h>

#include <memory>
#include <span>
#include <string>

#include "rookery/base/error.h"

namespace rookery::app {

/// A file that is read from its beginning to its end, gzipped (RFC 1952) or as it is.
/// Thread: owner.
class InputFile {
 public:
  /// kInvalidPayload when it cannot be opened.
  [[nodiscard]] static base::Result<InputFile> open(const std::string& path);

  /// Fills `out`; answers how much there was, less at the end. A damaged or unreadable file ends
  /// early: see problem().
  [[nodiscard]] std::size_t read(std::span<char> out);
  [[nodiscard]] const std::string& problem() const { return problem_; }  ///< empty: none

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };
  explicit InputFile(gzFile file) : file_(file) {}

  std::unique_ptr<gzFile_s, Close> file_;
  std::string problem_;
};

}  // namespace rookery::app
