#pragma once

#include <string_view>

#include "rookery/base/error.h"
#include "rookery/base/json_writer.h"
#include "rookery/socketio/namespace.h"

namespace rookery::chat {

/// The answers of events.md, conventions. Each does nothing when no answer was asked for.
/// Thread: the socket's loop.

/// `{success: true, message, data}`; `dataJson` is one JSON value.
void answerSuccess(socketio::Namespace& nsp, const socketio::AckTarget& target,
                   std::string_view message, std::string_view dataJson);
/// `{success: false, message, code, error}`, and `retryAfterMs` where the error states it.
void answerFailure(socketio::Namespace& nsp, const socketio::AckTarget& target,
                   const base::Error& error);

/// The same failure as one JSON object; `retryable`: the same request may succeed later.
void writeFailure(base::JsonWriter& json, const base::Error& error, bool retryable);

}  // namespace rookery::chat
