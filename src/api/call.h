#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rookery/api/envelope.h"
#include "rookery/api/failure.h"
#include "rookery/api/keyed_limiter.h"
#include "rookery/api/services.h"
#include "rookery/net/http_service.h"

namespace rookery::api {

/// What was asked.
struct Request {
  net::HttpHead head;
  std::string body;
  net::PeerAddress peer;
  std::vector<std::string> params = {};      ///< of the route's pattern, as in the path
  std::unique_ptr<net::BodySink> sink = {};  ///< has the body, in place of `body`
  chat::TokenClaims claims = {};             ///< of a call that needs a token

  /// The n-th parameter; nothing when it has not the shape of an id.
  [[nodiscard]] std::optional<base::ObjectId> id(std::size_t n = 0) const {
    return n < params.size() ? base::ObjectId::parse(params[n]) : std::nullopt;
  }
};

/// What all calls share. Thread: any.
struct Shared {
  explicit Shared(Services from);

  const Services services;
  KeyedLimiter logins;
  KeyedLimiter signups;
  KeyedLimiter attempts;
  KeyedLimiter codes;
  KeyedLimiter handshakes;
  KeyedLimiter history;
  KeyedLimiter joins;
  std::array<std::atomic<std::uint64_t>, 6> answers{};  ///< by the first digit of the status

  void count(unsigned status) {
    answers[status / 100 % answers.size()].fetch_add(1, std::memory_order_relaxed);
  }
};

class Call;
/// Moved along while the call waits for others; whoever has it last answers.
using CallPtr = std::unique_ptr<Call>;

/// One request on its way to its answer.
/// Thread: its loop, but for request() and shared(), which may be read where the call waits.
class Call {
 public:
  Call(Shared& shared, Request request, net::HttpResponder responder)
      : shared_(shared), request_(std::move(request)), responder_(std::move(responder)) {}

  /// Once. Adds the headers that every answer of ours has.
  void answer(net::HttpResponse response);
  void answer(const Failure& failure) { answer(envelopeOf(failure)); }
  /// As it is, but counted.
  void answerBare(net::HttpResponse response);

  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] const Services& services() const { return shared_.services; }
  [[nodiscard]] net::Loop& loop() const { return responder_.loop(); }

 private:
  Shared& shared_;
  Request request_;
  net::HttpResponder responder_;
};

/// The headers that every answer of ours has: CORS, nosniff and, unless it says otherwise itself,
/// no-store. Thread: any.
void addCommonHeaders(const net::Cors& cors, const net::HttpHead& request,
                      net::HttpResponse& response);

/// What a handler of a signed-in user is given. Thread: a reader of the store.
struct Asked {
  store::Reader& reader;
  const Request& request;
  const store::UserRecord& me;
  const Services& services;
};

/// A change that a handler has decided on.
struct Change {
  std::size_t bytes = 0;  ///< of its records, for the store's queue
  store::StoreWriter::Job job;
  /// What a conflict means; nothing: an equal change was first, go on as after the commit.
  std::optional<Failure> onConflict;
  /// Called after the commit, on the loop. May be empty.
  base::UniqueFunction<void(chat::ChatAdmin&)> committed;
  /// Makes the answer, on a reader that sees the change.
  base::UniqueFunction<Answered<net::HttpResponse>(store::Reader&)> answer;
};
/// Nothing is to be changed, or what is.
using Decision = std::variant<net::HttpResponse, Change>;

/// Runs on the loop and answers in its own time.
using OpenHandler = void (*)(CallPtr);
/// Runs on the loop for a signed-in user and answers in its own time.
using SignedHandler = void (*)(CallPtr, store::UserRecord);
/// Answers from one look into the store.
using ReadHandler = Answered<net::HttpResponse> (*)(const Asked&);
/// Looks into the store and decides what to change.
using ChangeHandler = Answered<Decision> (*)(const Asked&);

/// Runs `question` on a reader of the store, then `then` on the loop, with the call.
template <typename T>
void askStore(CallPtr call, base::UniqueFunction<Answered<T>(store::Reader&)> question,
              base::UniqueFunction<void(CallPtr, T)> then) {
  Call& self = *call;
  self.services().readers.query<Answered<T>>(
      self.loop(),
      [question = std::move(question)](store::Reader& reader) mutable -> base::Result<Answered<T>> {
        return question(reader);
      },
      [call = std::move(call), then = std::move(then)](base::Result<Answered<T>> result) mutable {
        if (!result) return call->answer(failureOf(result.error()));
        if (!*result) return call->answer(result->error());
        then(std::move(call), std::move(**result));
      });
}

/// Writes by `job`, then calls `then` on the loop, with the call and what came of it; 503 when too
/// much waits to be written. `bytes` is what the job counts for in the store's queue.
void write(CallPtr call, std::size_t bytes, store::StoreWriter::Job job,
           base::UniqueFunction<void(CallPtr, const store::WriteResult&)> then);

/// Writes, tells and answers as `change` says.
void carryOut(CallPtr call, Change change);

}  // namespace rookery::api
