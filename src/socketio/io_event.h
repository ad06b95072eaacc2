#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rookery/base/json.h"
#include "rookery/net/loop.h"
#include "rookery/socketio/args.h"
#include "rookery/socketio/decoder.h"

namespace rookery::socketio {

/// The answer to an event; empty when none was asked for. Copied freely; the first call counts.
/// Thread: any.
class IoAck {
 public:
  IoAck() = default;
  /// `answer` is called on `loop`, once at most.
  IoAck(net::Loop& loop, std::function<void(const Args&)> answer);

  template <typename... T>
  void operator()(const T&... values) const {
    send(Args::of(values...));
  }
  void send(const Args& args) const;
  [[nodiscard]] explicit operator bool() const { return answer_ != nullptr; }

 private:
  net::Loop* loop_ = nullptr;
  std::shared_ptr<std::function<void(const Args&)>> answer_;  // shared by copies: answered once
};

/// Whether the application may emit an event of that name (protocol.md 3.4); logs that it may not.
[[nodiscard]] bool mayEmit(std::string_view event);

/// An event of a client, or of another part of the server. Good until the handler returns; `ack`
/// may be kept.
struct IoEvent {
  std::string_view name;
  std::span<const base::JsonValue> values;  ///< buffers are placeholders: see bytes()
  std::span<const std::string> attachments;
  std::string_view json;  ///< the values as they were sent, joined by commas
  IoAck ack;

  /// A copy of all arguments, to be emitted again or kept.
  [[nodiscard]] Args args() const { return Args::received(json, values, attachments); }
  /// That argument; empty when it is absent.
  [[nodiscard]] Arg arg(std::size_t index) const {
    return index < values.size() ? Arg(values[index], attachments) : Arg();
  }
  /// That argument as a T (see Decoder); nothing when it is absent or none.
  template <typename T>
  [[nodiscard]] std::optional<T> get(std::size_t index) const {
    return arg(index).as<T>();
  }
  [[nodiscard]] std::optional<std::string_view> text(std::size_t index) const {
    return get<std::string_view>(index);
  }
  /// The buffer that the argument is.
  [[nodiscard]] std::optional<std::string_view> bytes(std::size_t index) const {
    return arg(index).bytes();
  }
};

}  // namespace rookery::socketio
