#include "rookery/app/import/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "rookery/app/import/document_streams.h"

namespace rookery::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;

tl::unexpected<base::Error> invalid(std::string why) {
  return base::fail(ErrorCode::kInvalidPayload, std::move(why));
}

bool isImported(std::string_view collection) {
  return std::ranges::find(kCollections, collection) != std::end(kCollections);
}

/// `dump/<database>/<collection>.bson`: deeper lies nothing of a dump.
constexpr int kDepth = 2;

/// The name without .gz and what says how it is written.
std::string collectionOf(fs::path path, std::string& suffix) {
  if (path.extension() == ".gz") path.replace_extension();
  suffix = path.extension().string();
  return path.stem().string();
}

std::string listOf(const std::set<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string wantedNames() { return fmt::format("{}", fmt::join(kCollections, ", ")); }

}  // namespace

Result<Dump> Dump::open(const std::string& path) {
  std::error_code error;
  Dump dump;
  std::set<std::string> databases;
  const auto add = [&](const fs::path& file) {
    std::string suffix;
    const std::string collection = collectionOf(file, suffix);
    const bool isJson = suffix == ".json" || suffix == ".jsonl";
    if (!isImported(collection) || (!isJson && suffix != ".bson")) return;
    databases.insert(file.parent_path().string());
    dump.collections_[collection] = {file.string(), isJson ? Form::kJson : Form::kBson};
  };

  if (fs::is_directory(path, error)) {
    for (auto at = fs::recursive_directory_iterator(path, error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (at.depth() >= kDepth) at.disable_recursion_pending();
      if (at->is_regular_file(error)) add(at->path());
    }
    if (error) return invalid(fmt::format("{} cannot be read: {}", path, error.message()));
  } else {
    auto file = InputFile::open(path);
    if (!file) return base::fail(file.error());
    if (isArchive(*file)) {
      auto again = InputFile::open(path);
      if (!again) return base::fail(again.error());
      const auto named =
          eachArchivedName(*again, [&](const std::string& database, const std::string& collection) {
            if (!isImported(collection) || database == "admin" || database == "config") return;
            databases.insert(database);
            dump.collections_[collection] = {path, Form::kArchive};
          });
      if (!named) return invalid(fmt::format("{}: {}", path, named.error().message));
    } else {
      add(path);
    }
  }
  if (databases.size() > 1) {
    return invalid(fmt::format("{} has several databases: {}; name the files of one of them", path,
                               listOf(databases)));
  }
  if (dump.collections_.empty()) {
    return invalid(fmt::format("{} holds none of the collections {}", path, wantedNames()));
  }
  return dump;
}

Result<void> Dump::each(const std::string& collection, const Take& take,
                        const Report& report) const {
  const auto found = collections_.find(collection);
  if (found == collections_.end()) return {};
  auto file = InputFile::open(found->second.path);
  if (!file) return base::fail(file.error());
  switch (found->second.form) {
    case Form::kBson:
      return eachBson(*file, take, report);
    case Form::kJson:
      return eachJson(*file, take, report);
    case Form::kArchive:
      return eachArchived(*file, collection, take, report);
  }
  return {};
}

}  // namespace rookery::app
