#include "rookery/app/offline_store.h"

#include <cstdlib>
#include <future>

#include "rookery/app/exit_code.h"
#include "rookery/app/store_admin.h"
#include "rookery/app/token_keys.h"
#include "rookery/base/log.h"
#include "rookery/base/thread_pool.h"

namespace rookery::app {
namespace {

/// What could not be synced has no outcome, and nobody can be told anything true about it.
void endBroken(const base::Error& error) {
  base::log::error("the store cannot be trusted any more", {{"error", error.message}});
  std::_Exit(static_cast<int>(ExitCode::kFailed));
}

}  // namespace

struct OfflineStore::Impl {
  base::SystemClock clock;
  base::SystemRandom random;
  base::ObjectIdGenerator ids{clock, random};
  std::unique_ptr<store::Backend> backend;
  chat::Tokens tokens;
  // Destroyed from the last to the first: what a thread uses goes after the thread has ended.
  std::unique_ptr<store::StoreReaders> readers;
  std::unique_ptr<store::StoreWriter> writer;
  base::ThreadPool readerThread{"store-reader", 1};
  base::ThreadPool writerThread{"store-writer", 1};
  std::unique_ptr<StoreAdmin> admin;

  Impl(std::unique_ptr<store::Backend> made, chat::TokenKeys keys)
      : backend(std::move(made)), tokens(std::move(keys)) {}
};

base::Result<std::unique_ptr<OfflineStore>> OfflineStore::open(const Config& config,
                                                               const DataFolder& folder) {
  base::SystemRandom random;
  auto keys = tokenKeys(config.auth, folder, random);
  if (!keys) return base::fail(keys.error());
  auto impl = std::make_unique<Impl>(store::backendFor(config.storeUrl()), std::move(*keys));
  auto database = impl->backend->openWriter();
  if (!database) return base::fail(database.error());
  auto reader = impl->backend->openReader();
  if (!reader) return base::fail(reader.error());
  std::vector<std::unique_ptr<store::Reader>> connections;
  connections.push_back(std::move(*reader));

  impl->readers = std::make_unique<store::StoreReaders>(std::move(connections), impl->readerThread);
  impl->writer = std::make_unique<store::StoreWriter>(
      std::move(*database), impl->backend->stats(), impl->writerThread, impl->writerThread,
      impl->clock, store::StoreWriter::Limits{.retryFor = config.store.retryFor},
      [](std::span<store::Settled> /*messages*/) {}, endBroken);
  impl->admin = std::make_unique<StoreAdmin>(StoreAdmin::Parts{.readers = *impl->readers,
                                                               .writer = *impl->writer,
                                                               .replies = impl->readerThread,
                                                               .tokens = impl->tokens,
                                                               .clock = impl->clock,
                                                               .random = impl->random,
                                                               .ids = impl->ids,
                                                               .chat = nullptr,
                                                               .tokenTtl = config.auth.tokenTtl,
                                                               .storeUrl = config.storeUrl(),
                                                               .dataFolder = config.server.data});
  return std::unique_ptr<OfflineStore>(new OfflineStore(std::move(impl)));
}

OfflineStore::OfflineStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

OfflineStore::~OfflineStore() {
  std::promise<void> drained;
  auto isDrained = drained.get_future();
  impl_->writer->close([&drained] { drained.set_value(); });
  isDrained.wait();
  impl_->readerThread.stop();
  impl_->writerThread.stop();
}

AdminBackend& OfflineStore::admin() { return *impl_->admin; }

}  // namespace rookery::app
