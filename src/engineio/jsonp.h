#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rookery/net/http_message.h"

namespace rookery::engineio {

/// Polling by script elements, for browsers without cross-origin requests (protocol.md 2.4).

/// Whether the request asks for it, by its parameter `j`.
[[nodiscard]] bool isJsonp(const net::HttpHead& request);
/// The script that hands `payload`, which is UTF-8, to the function that `request` names: of its
/// name only the digits are taken, so that a request cannot choose what runs.
[[nodiscard]] std::string jsonpScript(const net::HttpHead& request, std::string_view payload);
/// The payload of a form that was posted: its field `d`, in which `\n` is a line break and `\\n`
/// are a backslash and an n. Nothing when there is no such field or its escapes are broken.
[[nodiscard]] std::optional<std::string> jsonpPayload(std::string_view form);

}  // namespace rookery::engineio
