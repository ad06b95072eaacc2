#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/json_writer.h"
#include "rookery/net/shared_frame.h"
#include "rookery/socketio/args.h"

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
  /// The same event as `other`, which asks for an answer, and hence has no offset.
  EventFrame(Namespace& nsp, std::string_view name, std::uint64_t ackId,
             const net::SharedFrame& other, std::size_t expectedBytes = 512);
  /// Append the arguments here.
  [[nodiscard]] base::JsonWriter& args() { return json_; }
  /// Who has this event has been told of all commits up to this one. By default those whose steps
  /// were posted, which is right for what is posted; what is sent to one socket overtakes these,
  /// and tells Server::sentCommitNo().
  void tells(std::uint64_t commitNo) { commitNo_ = commitNo; }
  /// `subject` is what SharedFrame::subject() says.
  [[nodiscard]] net::SharedFrame finish(net::FrameClass frameClass = net::FrameClass::kMessage,
                                        const base::ObjectId& subject = {});

 private:
  Server* numbers_ = nullptr;  ///< gives the offset; null: there is none
  std::optional<std::uint64_t> commitNo_;
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

/// How an event goes out.
struct Sending {
  net::FrameClass frameClass = net::FrameClass::kMessage;
  bool compress = true;  ///< whether it may be, on whatever transport
};
/// An event of any arguments. With an offset, as EventFrame has it, unless it is of
/// FrameClass::kTyping, which is volatile.
[[nodiscard]] net::SharedFrame eventFrame(Namespace& nsp, std::string_view name, const Args& args,
                                          const Sending& sending = {});
/// The same, which asks for an answer.
[[nodiscard]] net::SharedFrame askingFrame(std::string_view nsp, std::string_view name,
                                           std::uint64_t ackId, const Args& args,
                                           const Sending& sending = {});
/// An answer of any arguments.
[[nodiscard]] net::SharedFrame ackFrame(std::string_view nsp, std::uint64_t ackId,
                                        const Args& args);

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
