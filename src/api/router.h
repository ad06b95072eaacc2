#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rookery/api/call.h"

namespace rookery::api {

/// Who may call a route.
enum class Access : std::uint8_t {
  kAnybody,
  kSignedIn,
  kOneTime,  ///< signed in, or with the token that a one-time code was given for
  kServerAdmin,
};

/// Which bucket of the user's a call takes from.
enum class RateClass : std::uint8_t { kNone, kHistory, kJoins };

/// How an answer's data are wrapped (envelope.h).
enum class EnvelopeKind : std::uint8_t { kBare, kA, kB, kC };

/// What the OpenAPI document says of a route, beyond what the row itself tells.
struct RouteDoc {
  std::string_view summary;
  std::string_view query{};  ///< names of its parameters (openapi.cpp), with spaces between
  std::string_view body{};   ///< name of a schema (schemas.h); empty: none is taken
  EnvelopeKind envelope = EnvelopeKind::kB;
  std::string_view data{};    ///< name of a schema, `[]` behind it for a list; empty: any
  unsigned status = 200;      ///< of a success
  std::string_view errors{};  ///< statuses, with spaces between; that of a bad token is added
};

/// A row of the table of routes.
struct Route {
  std::string_view method;
  std::string_view pattern;  ///< segments; `:name` stands for any one that is not empty
  Access access = Access::kAnybody;
  std::variant<OpenHandler, SignedHandler, ReadHandler, ChangeHandler> handler;
  RateClass rate = RateClass::kNone;
  RouteDoc doc{};
};

/// Finds the row for a request. HEAD is served where GET is.
/// Thread: any, once made.
class Router {
 public:
  struct Match {
    const Route* route = nullptr;     ///< null: see `allow`
    std::vector<std::string> params;  ///< in the order of the pattern
    std::string allow;                ///< the methods of a known path, else empty
  };

  /// Of rows that fit the same path and method the first one is taken.
  explicit Router(std::span<const Route> routes);

  /// A slash at the end of `path` makes no difference.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    const Route* route;
    std::vector<std::string_view> segments;
  };
  std::vector<Entry> entries_;
};

}  // namespace rookery::api
