#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rookery/api/file_urls.h"
#include "rookery/api/services.h"
#include "rookery/base/digest.h"
#include "rookery/net/http_body.h"

namespace rookery::api {

/// Writes the body of a PUT to the store of files while it comes. Dropped before finish() it leaves
/// nothing behind.
/// Thread: the connection's loop; the file is written on `Services::fileThreads`.
/// Limit:  at 256 KiB that are not written yet the flow stops.
class FileUpload final : public net::BodySink {
 public:
  struct Written {
    std::uint64_t bytes = 0;
    std::string sha256;  ///< in hex
  };

  /// A refused grant takes the body and drops it: what is wrong is answered behind it.
  FileUpload(const Services& services, net::Loop& loop, net::HttpConnection& connection,
             Answered<UploadGrant> grant);
  ~FileUpload() override;

  void take(std::string bytes) override;
  [[nodiscard]] const Answered<UploadGrant>& grant() const { return grant_; }

  /// Once, after all of the body: `done` is called, later, when the file is on disk, or why it is
  /// not. The upload must be there until then.
  void finish(base::UniqueFunction<void(Answered<Written>)> done);

 private:
  /// Used by one job on the file threads at a time.
  struct File {
    std::unique_ptr<files::FileWriter> writer;
    base::Sha256 hash;
    std::uint64_t bytes = 0;
  };
  struct Alive {
    FileUpload* upload;
  };

  void pump();
  void onWritten(const base::Result<void>& result);
  void keep();

  const Services& services_;
  net::Loop& loop_;
  const net::BodyFlow flow_;
  const Answered<UploadGrant> grant_;
  std::shared_ptr<File> file_;
  std::shared_ptr<Alive> alive_;
  std::string waiting_;  ///< to be written
  bool isWriting_ = false;
  bool isPaused_ = false;
  std::optional<Failure> failure_;
  base::UniqueFunction<void(Answered<Written>)> done_;
};

}  // namespace rookery::api
