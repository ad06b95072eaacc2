#include "rookery/app/store_calls.h"

namespace rookery::app {

store::WriteResult StoreCalls::write(std::size_t bytes, store::StoreWriter::Job job) {
  auto slot = writer_.reserve(bytes);
  if (!slot) return {store::WriteFault::kTransient, slot.error()};
  std::promise<store::WriteResult> promise;
  auto answer = promise.get_future();
  writer_.write(std::move(*slot), std::move(job),
                [promise = std::move(promise)](const store::WriteResult& result) mutable {
                  promise.set_value(result);
                });
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return {store::WriteFault::kTransient, closed().value()};
  }
}

}  // namespace rookery::app
