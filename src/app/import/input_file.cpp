#include "rookery/app/import/input_file.h"

#include <cerrno>
#include <limits>
#include <system_error>

namespace rookery::app {

base::Result<InputFile> InputFile::open(const std::string& path) {
  constexpr unsigned kBuffer = 256 * 1024;
  errno = 0;
  gzFile file = gzopen(path.c_str(), "rbe");
  if (file == nullptr) {
    const std::string why = errno == 0 ? "no memory" : std::generic_category().message(errno);
    return base::fail(base::ErrorCode::kInvalidPayload, path + " cannot be read: " + why);
  }
  gzbuffer(file, kBuffer);
  return InputFile(file);
}

std::size_t InputFile::read(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size() && problem_.empty()) {
    constexpr std::size_t kMost = std::numeric_limits<int>::max();
    const auto part = static_cast<unsigned>(std::min(out.size() - filled, kMost));
    const int count = gzread(file_.get(), out.data() + filled, part);
    if (count > 0) filled += static_cast<std::size_t>(count);
    if (count == static_cast<int>(part)) continue;
    int code = Z_OK;
    const char* why = gzerror(file_.get(), &code);
    if (code == Z_ERRNO) {
      problem_ = std::generic_category().message(errno);
    } else if (code != Z_OK && code != Z_STREAM_END) {
      problem_ = code == Z_BUF_ERROR ? "it ends too early" : why;
    }
    break;
  }
  return filled;
}

}  // namespace rookery::app
