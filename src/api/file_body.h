#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "rookery/base/thread_pool.h"
#include "rookery/files/file_store.h"
#include "rookery/net/http_body.h"

namespace rookery::api {

/// A part of a file as the body of an answer, read piece by piece as the client takes it.
class FileBody final : public net::BodySource {
 public:
  static constexpr std::size_t kPieceBytes = 128UL << 10;

  FileBody(std::unique_ptr<files::FileReader> file, std::uint64_t from, std::uint64_t bytes,
           base::ThreadPool& threads)
      : part_(std::make_shared<Part>(std::move(file), from, bytes)),
        bytes_(bytes),
        threads_(threads) {}

  [[nodiscard]] std::uint64_t bytes() const override { return bytes_; }

  void next(base::Executor& loop,
            base::UniqueFunction<void(std::optional<std::string>)> take) override {
    threads_.post([&loop, part = part_, take = std::move(take)]() mutable {
      const std::size_t most = std::min<std::uint64_t>(part->left, kPieceBytes);
      base::Result<std::string> read = part->file->read(part->at, most);
      std::optional<std::string> piece;
      if (read && !read->empty()) {
        piece = std::move(*read);
        part->at += piece->size();
        part->left -= piece->size();
      }
      loop.post(
          [take = std::move(take), piece = std::move(piece)]() mutable { take(std::move(piece)); });
    });
  }

 private:
  /// Outlives the answer while a piece is being read.
  struct Part {
    std::unique_ptr<files::FileReader> file;
    std::uint64_t at = 0;
    std::uint64_t left = 0;
  };
  std::shared_ptr<Part> part_;
  const std::uint64_t bytes_;
  base::ThreadPool& threads_;
};

}  // namespace rookery::api
