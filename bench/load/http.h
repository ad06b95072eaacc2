#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// HTTP/1.1 as a polling client needs it here: answers with a Content-Length. Thread: any.
namespace rookery::bench {

struct HttpAnswer {
  int status = 0;
  std::string_view body;
  std::size_t bytes = 0;  ///< of the whole answer
};

enum class HttpState : std::uint8_t { kWhole, kIncomplete, kBad };

/// Reads the answer at the beginning of `bytes`.
[[nodiscard]] HttpState readAnswer(std::string_view bytes, HttpAnswer& answer);

[[nodiscard]] std::string getRequest(std::string_view host, std::string_view pathAndQuery);
[[nodiscard]] std::string postRequest(std::string_view host, std::string_view pathAndQuery,
                                      std::string_view body);

}  // namespace rookery::bench
