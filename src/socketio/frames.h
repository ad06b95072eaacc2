#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/json_writer.h"
#include "rookery/net/shared_frame.h"

namespace rookery::socketio {

class Namespace;
class Server;

/// Writes an event packet once, for any number of readers: `42["name",…]` (protocol.md 3.1).
/// Thread: one at a time.
class EventFrame {
 public:
  /// `name` is written as a JSON string.
  EventFrame(std::string_view nsp, std::string_view name,
             std::optional<std::uint64_t> ackId = std::nullopt, std::size_t expectedBytes = 512);
  /// The same for a client that may come back after it was cut off: with an offset behind the
  /// arguments, when the server recovers connections (protocol.md 3.5).
  EventFrame(Namespace& nsp, std::string_view name, std::size_t expectedBytes = 512);
  /// Append the arguments here.
  [[nodiscard]] base::JsonWriter& args() { return json_; }
  /// `subject` is what SharedFrame::subject() says.
  [[nodiscard]] net::SharedFrame finish(net::FrameClass frameClass = net::FrameClass::kMessage,
                                        const base::ObjectId& subject = {});

 private:
  Server* numbers_ = nullptr;  ///< gives the offset; null: there is none
  net::FrameBuilder builder_;
  base::JsonWriter json_;
};

/// Writes an answer to a client's event: `43<id>[…]`. Thread: one at a time.
class AckFrame {
 public:
  AckFrame(std::string_view nsp, std::uint64_t ackId, std::size_t expectedBytes = 256);
  [[nodiscard]] base::JsonWriter& args() { return json_; }
  [[nodiscard]] net::SharedFrame finish();

 private:
  net::FrameBuilder builder_;
  base::JsonWriter json_;
};

/// An event of any arguments: `argsJson` are JSON values joined by commas, whose placeholders name
/// `attachments` (protocol.md 3.1, binary).
[[nodiscard]] net::SharedFrame eventFrame(std::string_view nsp, std::string_view name,
                                          std::optional<std::uint64_t> ackId,
                                          std::string_view argsJson,
                                          const std::vector<std::string>& attachments,
                                          net::FrameClass frameClass = net::FrameClass::kMessage);
/// The same with an offset, as EventFrame has it; not for FrameClass::kTyping, which is volatile.
[[nodiscard]] net::SharedFrame eventFrame(Namespace& nsp, std::string_view name,
                                          std::string_view argsJson,
                                          const std::vector<std::string>& attachments);
/// The same for an answer.
[[nodiscard]] net::SharedFrame ackFrame(std::string_view nsp, std::uint64_t ackId,
                                        std::string_view argsJson,
                                        const std::vector<std::string>& attachments);

/// `40{"sid":…}`: the answer to a CONNECT that was let in.
[[nodiscard]] net::SharedFrame connectFrame(std::string_view nsp, std::string_view socketId,
                                            std::string_view pid = {});
/// `40`: the same in protocol 4 (protocol.md 2.11).
[[nodiscard]] net::SharedFrame connectFrame4(std::string_view nsp);
/// `44{"message":…,"data":…}`; `dataJson` is left out when empty.
[[nodiscard]] net::SharedFrame connectErrorFrame(std::string_view nsp, std::string_view message,
                                                 std::string_view dataJson = {});
/// `44"message"`: the same in protocol 4, where `dataJson` takes the message's place.
[[nodiscard]] net::SharedFrame connectErrorFrame4(std::string_view nsp, std::string_view message,
                                                  std::string_view dataJson = {});
/// `41`: the server takes the socket out of the namespace; its client does not come back.
[[nodiscard]] net::SharedFrame disconnectFrame(std::string_view nsp);

}  // namespace rookery::socketio
