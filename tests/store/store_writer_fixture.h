#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rookery/store/store_writer.h"
#include "support/failing_database.h"
#include "support/manual_executor.h"
#include "support/store_backends.h"
#include "support/store_records.h"

namespace rookery::store {

/// A writer on a real store, driven by hand, that records what it tells.
class StoreWriterFixture : public testing::TestWithParam<test::StoreKind> {
 protected:
  void open(StoreWriter::Limits limits = {}) {
    backend_ = GetParam().open(folder_.path());
    auto database = backend_->openWriter();
    ASSERT_TRUE(database) << database.error().message;
    writer_ = std::make_unique<StoreWriter>(
        std::make_unique<test::FailingDatabase>(std::move(*database), plan_), backend_->stats(),
        executor_, tellsApart_ ? teller_ : executor_, executor_.clock(), limits,
        [this](std::span<Settled> group) {
          groups_.push_back(group.size());
          for (Settled& one : group) {
            if (onOne_) onOne_(one);
            log_ += (one.error ? "-" : "+") + std::to_string(one.record.seq) + " ";
            settled_.push_back(std::move(one));
          }
        },
        [this](const base::Error& error) { brokenBy_.push_back(error.message); });
    auto reader = backend_->openReader();
    ASSERT_TRUE(reader) << reader.error().message;
    reader_ = std::move(*reader);
  }

  void submit(MessageRecord record) {
    auto slot = writer_->reserve(record.queuedBytes());
    ASSERT_TRUE(slot) << slot.error().message;
    writer_->submit(std::move(*slot), std::move(record));
  }
  void write(StoreWriter::Job job, StoreWriter::JobDone done) {
    auto slot = writer_->reserve(100);
    ASSERT_TRUE(slot) << slot.error().message;
    writer_->write(std::move(*slot), std::move(job), std::move(done));
  }
  /// Time passes, in steps as small as any deadline of the writer.
  void pass(std::chrono::milliseconds time) {
    for (; time.count() > 0; time -= std::chrono::milliseconds{1}) {
      executor_.clock().advance(std::chrono::milliseconds{1});
      executor_.runUntilIdle();
    }
  }

  /// The seqs that the store has of a conversation, through a connection of its own.
  std::vector<std::uint64_t> storedSeqs(std::uint64_t conversation = 1) {
    const auto rows =
        reader_->messagesBySeq(test::idOf(test::kConversations + conversation), 0, 0, 1'000'000);
    EXPECT_TRUE(rows) << rows.error().message;
    std::vector<std::uint64_t> seqs;
    for (const StoredMessage& row : *rows) seqs.push_back(row.seq);
    return seqs;
  }
  /// All outcomes so far: `+seq` confirmed, `-seq` failed, in the order of telling.
  const std::string& log() const { return log_; }

  test::TempFolder folder_;
  test::ManualExecutor executor_;
  test::ManualExecutor teller_;
  bool tellsApart_ = false;  ///< outcomes of larger groups are told on `teller_`
  test::FailAt plan_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Reader> reader_;
  std::function<void(Settled&)> onOne_;
  std::vector<Settled> settled_;
  std::vector<std::size_t> groups_;
  std::vector<std::string> brokenBy_;
  std::string log_;
};

}  // namespace rookery::store
