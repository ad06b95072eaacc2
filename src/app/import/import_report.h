#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rookery::app {

/// What an import came to, document by document. Thread: owner.
class ImportReport {
 public:
  struct Count {
    std::uint64_t added = 0;
    std::uint64_t known = 0;    ///< they were in the store already
    std::uint64_t skipped = 0;  ///< reported
  };

  Count& of(const std::string& collection) { return counts_[collection]; }

  /// A document that is left out. Logged, too: the report itself holds the first of them.
  void skip(const std::string& collection, const std::string& document, const std::string& why);
  /// A document that was taken, but not as it was.
  void change(const std::string& collection, const std::string& document, const std::string& how);

  /// A line for each collection, then the remarks. For people.
  [[nodiscard]] std::string text() const;

 private:
  void remark(std::string line);

  std::map<std::string, Count> counts_;
  std::vector<std::string> remarks_;
  std::uint64_t more_ = 0;
};

}  // namespace rookery::app
