#pragma once

#include <functional>
#include <memory>
#include <string>

#include "rookery/app/import/imported_records.h"

namespace rookery::app {

/// Puts messages in the order of their time, however many there are: they wait in a file. Thread: owner.
class MessageStaging {
 public:
  using Take = std::function<base::Result<void>(const ImportedMessage&)>;

  /// Makes the file at `path`, over one that was left there. kStoreFailed when it cannot.
  [[nodiscard]] static base::Result<MessageStaging> open(const std::string& path);
  MessageStaging(MessageStaging&&) noexcept;
  MessageStaging& operator=(MessageStaging&&) = delete;
  ~MessageStaging();  ///< removes the file

  [[nodiscard]] base::Result<void> add(const ImportedMessage& message);
  /// Ends with the first failure of `take`.
  [[nodiscard]] base::Result<void> each(const Take& take);

 private:
  struct Impl;
  explicit MessageStaging(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::app
