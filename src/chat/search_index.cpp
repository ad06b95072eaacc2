#include "rookery/chat/search_index.h"

#include <memory>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/chat/message_text.h"

namespace rookery::chat {
namespace {

constexpr std::uint32_t kSlice = 500;            // some ten milliseconds of the writer
constexpr std::uint32_t kBusySlice = 50;         // a few
constexpr unsigned kPatience = 4;                // pauses
constexpr std::size_t kSliceBytes = 256 * 1024;  // of its queue, about
constexpr std::chrono::milliseconds kPauseAfterFailure{5'000};

}  // namespace

void SearchIndex::poke() {
  isPoked_ = true;
  if (isAwake_.exchange(true)) return;
  rest(pause_);
}

void SearchIndex::rest(std::chrono::milliseconds pause) {
  executor_.postAfter(pause, [this] { look(); });
}

void SearchIndex::look() {
  isBusy_ = isPoked_.exchange(false);
  hasWork_ = hasWork_ || isBusy_;
  if (!hasWork_) {
    isAwake_ = false;
    // Whoever poked meanwhile found it awake.
    if (isPoked_ && !isAwake_.exchange(true)) rest(pause_);
    return;
  }
  if (isBusy_ && ++waited_ < kPatience) return rest(pause_);
  next();
}

store::Result<SearchIndex::Slice> SearchIndex::read(store::Reader& reader, std::uint32_t rows) {
  const auto progress = reader.searchProgress();
  if (!progress) return base::fail(progress.error());
  auto found = reader.changedAfter(*progress, rows + 1);
  if (!found) return base::fail(found.error());
  Slice slice{.texts = {}, .commitNo = *progress, .isFull = found->size() > rows};
  // A number may have two rows: those of the last one are left to the next slice.
  if (slice.isFull) {
    const std::uint64_t last = found->back().commitNo;
    while (found->back().commitNo == last) found->pop_back();
  }
  for (const store::StoredMessage& row : *found) {
    slice.commitNo = row.commitNo;
    slice.texts.push_back({row.id, row.conversationId, row.senderId, row.createdAt,
                           row.deletedAt == 0 ? readableText(row.body) : std::string()});
  }
  return slice;
}

void SearchIndex::next() {
  const std::uint32_t rows = isBusy_ ? kBusySlice : kSlice;
  readers_.query<Slice>(
      executor_, [rows](store::Reader& reader) { return read(reader, rows); },
      [this](store::Result<Slice> slice) {
        if (!slice) return rest(kPauseAfterFailure);
        if (!slice->texts.empty()) return write(std::move(*slice));
        hasWork_ = false;
        waited_ = 0;
        rest(pause_);
      });
}

void SearchIndex::write(Slice slice) {
  auto slot = writer_->reserve(kSliceBytes);
  if (!slot) return rest(kPauseAfterFailure);
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
          return rest(kPauseAfterFailure);
        }
        if (!isFull) {
          hasWork_ = false;
          waited_ = 0;
        }
        // The next look sees whether messages came meanwhile.
        isFull && !isBusy_ ? executor_.post([this] { look(); }) : rest(pause_);
      });
}

}  // namespace rookery::chat
