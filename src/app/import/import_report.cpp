#include "rookery/app/import/import_report.h"

#include <fmt/format.h>

#include "rookery/base/log.h"

namespace rookery::app {
namespace {

constexpr std::size_t kMostRemarks = 200;

}  // namespace

void ImportReport::skip(const std::string& collection, const std::string& document,
                        const std::string& why) {
  ++counts_[collection].skipped;
  base::log::warn("a document was not imported",
                  {{"collection", collection}, {"document", document}, {"error", why}});
  remark(fmt::format("{} {}: left out, {}", collection, document, why));
}

void ImportReport::change(const std::string& collection, const std::string& document,
                          const std::string& how) {
  base::log::warn("a document was imported with a change",
                  {{"collection", collection}, {"document", document}, {"change", how}});
  remark(fmt::format("{} {}: {}", collection, document, how));
}

void ImportReport::remark(std::string line) {
  if (remarks_.size() < kMostRemarks) {
    remarks_.push_back(std::move(line));
  } else {
    ++more_;
  }
}

std::string ImportReport::text() const {
  std::string text;
  for (const auto& [collection, count] : counts_) {
    fmt::format_to(std::back_inserter(text), "{}: {} added, {} known, {} left out\n", collection,
                   count.added, count.known, count.skipped);
  }
  for (const std::string& line : remarks_) text.append(line).append("\n");
  if (more_ > 0) fmt::format_to(std::back_inserter(text), "and {} more, see the log\n", more_);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace rookery::app
