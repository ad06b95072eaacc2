#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "rookery/base/executor.h"
#include "rookery/base/function.h"

/// Bodies that are not to lie in memory as a whole.
namespace rookery::net {

class HttpConnection;

/// What a request's body goes to as it comes (HttpService::sinkFor()). Dropped without having been
/// handed to onRequest() when the client goes or the body cannot be read.
/// Thread: the connection's loop.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// `bytes` follow on what was taken before. What is not dealt with yet is the sink's to bound: it
  /// pauses the flow.
  virtual void take(std::string bytes) = 0;
};

/// A response's body that is fetched as the client takes it. Thread: the connection's loop.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// All of it; fixed.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
  /// Fetches the next piece: `take` is called on `loop`, later, with what is never empty, or with
  /// nothing when it cannot be had. Asked again only after that.
  virtual void next(base::Executor& loop,
                    base::UniqueFunction<void(std::optional<std::string>)> take) = 0;
};

/// Knows whether a connection is there still, for what comes back to it later.
struct ConnectionWatch {
  HttpConnection* connection;  ///< null: gone
};

/// Stops and starts the body that a sink takes. Does nothing when its connection is gone.
/// Thread: the connection's loop.
class BodyFlow {
 public:
  explicit BodyFlow(HttpConnection& connection);
  void pause(bool paused) const;

 private:
  std::shared_ptr<ConnectionWatch> watch_;
};

}  // namespace rookery::net
