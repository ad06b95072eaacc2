#include "rookery/socketio/io_event.h"

#include <utility>

#include "rookery/base/log.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/typed_handler.h"

namespace rookery::socketio {

IoAck::IoAck(net::Loop& loop, std::function<void(const Args&)> answer)
    : loop_(&loop),
      answer_(std::make_shared<std::function<void(const Args&)>>(std::move(answer))) {}

void IoAck::send(const Args& args) const {
  if (answer_ == nullptr) return;
  const auto answerOnce = [](std::function<void(const Args&)>& answer, const Args& with) {
    if (answer != nullptr) std::exchange(answer, nullptr)(with);
  };
  if (loop_->isHere()) return answerOnce(*answer_, args);
  loop_->post([answer = answer_, args, answerOnce] { answerOnce(*answer, args); });
}

bool mayEmit(std::string_view event) {
  if (!isReservedEvent(event)) return true;
  base::log::error("an event with a reserved name was not emitted", {{"event", event}});
  return false;
}

std::string wrongArgument(std::size_t index, std::string_view expected) {
  return "argument " + std::to_string(index + 1) + " must be " + std::string(expected);
}

}  // namespace rookery::socketio
