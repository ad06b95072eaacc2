#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "rookery/app/import/document.h"
#include "rookery/base/error.h"

namespace rookery::app {

/// What came out of a MongoDB: the folder or the archive that `mongodump` writes, with and without
/// `--gzip`, or the files of `mongoexport`, one document a line or `--jsonArray`.
/// Formats: https://bsonspec.org, the archive of mongo-tools (common/archive), and MongoDB's
/// extended JSON v2.
/// Thread: owner; calls read files.
class Dump {
 public:
  /// Hears of each document of a collection, in the order of the file.
  using Take = std::function<base::Result<void>(const Document&)>;
  /// Hears of what could not be read: of which document or place, and why.
  using Report = std::function<void(const std::string& what, const std::string& why)>;

  /// Looks at what lies at `path`. kInvalidPayload when there is nothing of it to import, or of
  /// several databases.
  [[nodiscard]] static base::Result<Dump> open(const std::string& path);

  /// Reads one collection from its beginning; one that the dump does not have is empty. Documents
  /// that are damaged are reported and left out. Ends with the first failure of `take`.
  [[nodiscard]] base::Result<void> each(const std::string& collection, const Take& take,
                                        const Report& report) const;

 private:
  enum class Form : std::uint8_t { kBson, kJson, kArchive };
  struct File {
    std::string path;
    Form form = Form::kBson;
  };
  std::map<std::string, File> collections_;
};

/// The collections that an import reads, in no particular order.
inline constexpr std::string_view kCollections[] = {"users", "workspaces", "channels",
                                                    "rooms", "messages",   "directmessages"};

}  // namespace rookery::app
