#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "rookery/base/check.h"

namespace rookery::test {

/// A new empty folder that is gone with its content when this is.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "rookery-test-XXXXXX").string();
    ROOKERY_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rookery::test
