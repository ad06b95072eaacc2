#include "rookery/chat/outcome_frames.h"

#include "rookery/chat/acks.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/message_json.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

constexpr std::size_t kEnvelopeBytes = 1024;

double milliseconds(std::chrono::nanoseconds duration) {
  // Rounded to microseconds: what is below is noise.
  return static_cast<double>(duration.count() / 1000) / 1000;
}

std::size_t expectedBytes(const Outcome& outcome) {
  return kEnvelopeBytes + 2 * outcome.message.body.size();
}

}  // namespace

net::SharedFrame confirmedEvent(socketio::Namespace& nsp, const Outcome& outcome) {
  socketio::EventFrame frame(
      nsp, outcome.conversation.isChannel() ? kChannelMessageConfirmed : kRoomMessageConfirmed,
      expectedBytes(outcome));
  writeConfirmed(frame.args(), outcome.conversation, outcome.sender, outcome.message,
                 outcome.commitNo);
  frame.tells(outcome.commitNo);
  return frame.finish();
}

net::SharedFrame confirmedAck(std::string_view nsp, std::uint64_t ackId, const Outcome& outcome) {
  socketio::AckFrame frame(nsp, ackId, expectedBytes(outcome));
  base::JsonWriter& json = frame.args();
  json.beginObject().key("success").boolean(true);
  json.key("message").string("Message sent successfully");
  json.key("data");
  writeConfirmed(json, outcome.conversation, outcome.sender, outcome.message, outcome.commitNo);
  json.key("timing").beginObject();
  json.key("emitTime").number(milliseconds(outcome.timing.emit));
  json.key("dbTime").number(milliseconds(outcome.timing.commit)).endObject();
  json.key("delivery").beginObject();
  json.key("onlineUsers").number(std::uint64_t{outcome.onlineUsers});
  json.key("offlineUsers").number(std::uint64_t{outcome.offlineUsers});
  json.key("notificationsSent").number(std::uint64_t{0}).endObject();
  json.endObject();
  return frame.finish();
}

net::SharedFrame failedEvent(socketio::Namespace& nsp, const Outcome& outcome,
                             const base::Error& error, bool retryable) {
  socketio::EventFrame frame(
      nsp, outcome.conversation.isChannel() ? kChannelMessageFailed : kRoomMessageFailed);
  writeFailed(frame.args(), outcome.conversation, outcome.message, error, retryable);
  return frame.finish();
}

net::SharedFrame failedAck(std::string_view nsp, std::uint64_t ackId, const base::Error& error,
                           bool retryable) {
  socketio::AckFrame frame(nsp, ackId);
  writeFailure(frame.args(), error, retryable);
  return frame.finish();
}

}  // namespace rookery::chat
