#include "rookery/api/call.h"

#include <algorithm>

#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

bool has(const net::HttpResponse& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(), [name](const auto& header) {
    return net::equalsIgnoringCase(header.first, name);
  });
}

/// On the loop, after the outcome.
void finish(CallPtr call, Change change, const store::WriteResult& result) {
  if (!result.ok()) {
    const bool isConflict = result.fault == store::WriteFault::kConflict;
    if (!isConflict) return call->answer(failureOf(result.error));
    if (change.onConflict) return call->answer(*change.onConflict);
  } else if (change.committed) {
    change.committed(call->services().chat);
  }
  askStore<net::HttpResponse>(
      std::move(call), std::move(change.answer),
      [](CallPtr done, net::HttpResponse response) { done->answer(std::move(response)); });
}

}  // namespace

Shared::Shared(Services from)
    : services(std::move(from)),
      logins(services.options.logins),
      signups(services.options.signups),
      attempts(services.options.attempts),
      codes(services.options.codes),
      handshakes(services.options.handshakes),
      history(services.options.history),
      joins(services.options.joins) {}

void addCommonHeaders(const net::Cors& cors, const net::HttpHead& request,
                      net::HttpResponse& response) {
  cors.apply(request, response);
  response.with("X-Content-Type-Options", "nosniff");
  if (!has(response, "Cache-Control")) response.with("Cache-Control", "no-store");
}

void Call::answer(net::HttpResponse response) {
  addCommonHeaders(services().options.cors, request_.head, response);
  answerBare(std::move(response));
}

void Call::answerBare(net::HttpResponse response) {
  shared_.count(response.status);
  responder_.answer(std::move(response));
}

void write(CallPtr call, std::size_t bytes, store::StoreWriter::Job job,
           base::UniqueFunction<void(CallPtr, const store::WriteResult&)> then) {
  store::StoreWriter& writer = call->services().writer;
  base::Result<store::StoreWriter::Slot> slot = writer.reserve(bytes);
  if (!slot) return call->answer(failureOf(slot.error()));
  net::Loop& loop = call->loop();
  writer.write(std::move(*slot), std::move(job),
               [&loop, call = std::move(call),
                then = std::move(then)](const store::WriteResult& result) mutable {
                 loop.post([call = std::move(call), then = std::move(then), result]() mutable {
                   then(std::move(call), result);
                 });
               });
}

void carryOut(CallPtr call, Change change) {
  store::StoreWriter::Job job = std::move(change.job);
  const std::size_t bytes = change.bytes;
  write(std::move(call), bytes, std::move(job),
        [change = std::move(change)](CallPtr done, const store::WriteResult& result) mutable {
          finish(std::move(done), std::move(change), result);
        });
}

}  // namespace rookery::api
