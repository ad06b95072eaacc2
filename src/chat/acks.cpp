#include "rookery/chat/acks.h"

#include "rookery/socketio/frames.h"

namespace rookery::chat {

void answerSuccess(socketio::Namespace& nsp, const socketio::AckTarget& target,
                   std::string_view message, std::string_view dataJson) {
  if (!target) return;
  socketio::AckFrame frame(nsp.name(), *target.id, 64 + message.size() + dataJson.size());
  base::JsonWriter& json = frame.args();
  json.beginObject().key("success").boolean(true);
  json.key("message").string(message);
  json.key("data").raw(dataJson).endObject();
  nsp.send(target.socket, frame.finish());
}

void writeFailure(base::JsonWriter& json, const base::Error& error, bool retryable) {
  json.beginObject().key("success").boolean(false);
  json.key("message").string(error.message);
  json.key("code").string(base::codeName(error.code));
  json.key("error").string(error.message);
  if (error.retryAfterMs > 0) json.key("retryAfterMs").number(error.retryAfterMs);
  if (retryable) json.key("retryable").boolean(true);
  json.endObject();
}

void answerFailure(socketio::Namespace& nsp, const socketio::AckTarget& target,
                   const base::Error& error) {
  if (!target) return;
  socketio::AckFrame frame(nsp.name(), *target.id);
  writeFailure(frame.args(), error, base::isRetryable(error.code));
  nsp.send(target.socket, frame.finish());
}

}  // namespace rookery::chat
