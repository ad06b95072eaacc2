#include "rookery/api/file_upload.h"

#include <utility>

#include "rookery/base/encoding.h"

namespace rookery::api {
namespace {

constexpr std::size_t kMostWaiting = 256UL << 10;

/// A disk that is full, or fails, may be well again later.
Failure failureOfFile(const base::Error& error) {
  Failure failure = failureOf(error);
  if (error.code == base::ErrorCode::kStoreFailed) failure.message = error.message;
  return failure;
}

}  // namespace

FileUpload::FileUpload(const Services& services, net::Loop& loop, net::HttpConnection& connection,
                       Answered<UploadGrant> grant)
    : services_(services),
      loop_(loop),
      flow_(connection),
      grant_(std::move(grant)),
      file_(std::make_shared<File>()),
      alive_(std::make_shared<Alive>(this)) {}

FileUpload::~FileUpload() {
  alive_->upload = nullptr;
  // What was written is removed on a thread that may wait for the disk.
  services_.fileThreads.post([file = std::move(file_)] {});
}

void FileUpload::take(std::string bytes) {
  if (!grant_ || failure_) return;
  waiting_ += bytes;
  pump();
  if (waiting_.size() >= kMostWaiting && !isPaused_) {
    isPaused_ = true;
    flow_.pause(true);
  }
}

void FileUpload::pump() {
  if (isWriting_) return;
  if (waiting_.empty() || failure_) {
    if (done_) keep();
    return;
  }
  isWriting_ = true;
  services_.fileThreads.post([&store = services_.files, &loop = loop_, file = file_, alive = alive_,
                              id = grant_->id, bytes = std::exchange(waiting_, {})] {
    base::Result<void> result;
    if (file->writer == nullptr) {
      auto made = store.create(id);
      if (made) file->writer = std::move(*made);
      if (!made) result = base::fail(made.error());
    }
    if (result) result = file->writer->write(bytes);
    file->hash.add(bytes);
    file->bytes += bytes.size();
    loop.post([alive, result = std::move(result)] {
      if (alive->upload != nullptr) alive->upload->onWritten(result);
    });
  });
}

void FileUpload::onWritten(const base::Result<void>& result) {
  isWriting_ = false;
  if (!result) {
    failure_ = failureOfFile(result.error());
    waiting_.clear();
  }
  if (isPaused_) {
    isPaused_ = false;
    flow_.pause(false);
  }
  pump();
}

void FileUpload::finish(base::UniqueFunction<void(Answered<Written>)> done) {
  done_ = std::move(done);
  pump();
}

void FileUpload::keep() {
  auto done = std::exchange(done_, nullptr);
  if (failure_) return done(refuse(*failure_));
  services_.fileThreads.post([&store = services_.files, &loop = loop_, file = file_, alive = alive_,
                              id = grant_->id, done = std::move(done)]() mutable {
    base::Result<void> kept;
    if (file->writer == nullptr) {  // of no bytes at all
      auto made = store.create(id);
      if (made) file->writer = std::move(*made);
      if (!made) kept = base::fail(made.error());
    }
    if (kept) kept = file->writer->keep();
    Answered<Written> written = Written{file->bytes, base::hex(file->hash.digest())};
    if (!kept) written = refuse(failureOfFile(kept.error()));
    loop.post([alive, written = std::move(written), done = std::move(done)]() mutable {
      if (alive->upload != nullptr) done(std::move(written));
    });
  });
}

}  // namespace rookery::api
