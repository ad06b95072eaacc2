#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "rookery/store/database.h"
#include "support/store_backends.h"

namespace rookery::test {

/// A suite whose every test has an open store of its own, of each kind.
class OpenStore : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override {
    backend_ = GetParam().open(folder_.path());
    auto database = backend_->openWriter();
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    auto reader = backend_->openReader();
    ASSERT_TRUE(reader) << reader.error().message;
    reader_ = std::move(*reader);
  }

  /// Commits what `work` did, or undoes it.
  store::WriteResult tryChange(const std::function<store::WriteResult(store::Database&)>& work) {
    store::WriteResult result = database_->begin();
    if (result.ok()) result = work(*database_);
    if (result.ok()) result = database_->commit();
    if (!result.ok()) database_->rollback();
    return result;
  }
  void change(const std::function<store::WriteResult(store::Database&)>& work) {
    const store::WriteResult result = tryChange(work);
    ASSERT_TRUE(result.ok()) << result.error.message;
  }

  TempFolder folder_;
  std::unique_ptr<store::Backend> backend_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Reader> reader_;
};

}  // namespace rookery::test
