#include "rookery/chat/search_index.h"

#include <memory>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/chat/message_text.h"

namespace rookery::chat {
namespace {

constexpr std::uint32_t kSlice = 200;            // some milliseconds of the writer
constexpr std::size_t kSliceBytes = 256 * 1024;  // of its queue, about
constexpr std::chrono::milliseconds kPauseAfterFailure{5'000};

}  // namespace

void SearchIndex::poke() {
  isPoked_ = true;
  if (isAwake_.exchange(true)) return;
  rest(pause_);
}

void SearchIndex::rest(std::chrono::milliseconds pause) {
  executor_.postAfter(pause, [this] {
    if (isPoked_.exchange(false)) return next();
    isAwake_ = false;
    // Whoever poked meanwhile found it awake.
    if (isPoked_ && !isAwake_.exchange(true)) rest(pause_);
  });
}

store::Result<SearchIndex::Slice> SearchIndex::read(store::Reader& reader) {
  const auto progress = reader.searchProgress();
  if (!progress) return base::fail(progress.error());
  auto rows = reader.changedAfter(*progress, kSlice + 1);
  if (!rows) return base::fail(rows.error());
  Slice slice{.texts = {}, .commitNo = *progress, .isFull = rows->size() > kSlice};
  // A number may have two rows: those of the last one are left to the next slice.
  if (slice.isFull) {
    const std::uint64_t last = rows->back().commitNo;
    while (rows->back().commitNo == last) rows->pop_back();
  }
  for (store::StoredMessage& row : *rows) {
    slice.commitNo = row.commitNo;
    slice.texts.push_back({row.id, row.conversationId, row.senderId, row.createdAt,
                           row.deletedAt == 0 ? readableText(row.body) : std::string()});
  }
  return slice;
}

void SearchIndex::next() {
  readers_.query<Slice>(executor_, &SearchIndex::read, [this](store::Result<Slice> slice) {
    if (!slice) {
      isPoked_ = true;
      return rest(kPauseAfterFailure);
    }
    if (slice->texts.empty()) return rest(pause_);
    write(std::move(*slice));
  });
}

void SearchIndex::write(Slice slice) {
  auto slot = writer_->reserve(kSliceBytes);
  if (!slot) {
    isPoked_ = true;
    return rest(kPauseAfterFailure);
  }
  const bool isFull = slice.isFull;
  auto shared = std::make_shared<const Slice>(std::move(slice));
  writer_->write(
      std::move(*slot),
      [shared](store::Database& database) {
        return database.index(shared->texts, shared->commitNo);
      },
      [this, isFull](const store::WriteResult& result) {
        if (!result.ok()) {
          base::log::limited(base::log::Level::kWarn, "messages could not be indexed for search",
                             {{"error", result.error.message}});
          isPoked_ = true;
          return rest(kPauseAfterFailure);
        }
        if (!isFull) return rest(pause_);
        executor_.post([this] { next(); });
      });
}

}  // namespace rookery::chat
