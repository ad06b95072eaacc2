#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rookery/base/object_id.h"

namespace rookery::net {

/// What a frame carries, in the order in which a slow reader loses it (delivery.md, slow readers).
enum class FrameClass : std::uint8_t { kTyping, kPresence, kReceipt, kMessage };

/// Bytes that are written once and sent to many sockets: immutable, counted across threads.
/// One frame is one Socket.IO packet: an Engine.IO text packet and the binary messages that
/// belong to it, which nothing may come between. Raw frames are bytes as they are, for HTTP.
/// Thread: any.
class SharedFrame {
 public:
  SharedFrame() = default;
  SharedFrame(const SharedFrame& other) noexcept : body_(other.body_) {
    if (body_ != nullptr) body_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedFrame(SharedFrame&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
  SharedFrame& operator=(SharedFrame other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~SharedFrame() { release(); }

  /// `packet` is an Engine.IO packet in text form, type digit included.
  [[nodiscard]] static SharedFrame text(std::string_view packet,
                                        FrameClass frameClass = FrameClass::kMessage);
  /// A WebSocket binary message alone: an Engine.IO binary message.
  [[nodiscard]] static SharedFrame binary(std::string_view bytes);
  /// Sent as it is, on any transport.
  [[nodiscard]] static SharedFrame raw(std::string_view bytes);

  [[nodiscard]] explicit operator bool() const { return body_ != nullptr; }
  /// The bytes for a WebSocket: every message with its header (RFC 6455 §5.2). Of a raw frame:
  /// the bytes.
  [[nodiscard]] std::string_view wire() const { return body_->bytes().substr(body_->begin); }
  /// The packets for a polling body, joined by 0x1e, binary ones as `b` + base64
  /// (protocol.md 2.3). Made on first use for frames with attachments.
  [[nodiscard]] std::string_view polling() const;
  [[nodiscard]] FrameClass frameClass() const { return body_->frameClass; }
  /// What the frame is about, for whoever must make up for it when it was shed: a user or a
  /// conversation; the null id when nobody needs to know.
  [[nodiscard]] const base::ObjectId& subject() const { return body_->subject; }
  /// What names it among all frames of the process; 0: nothing.
  [[nodiscard]] std::uint64_t number() const { return body_->number; }
  /// Compresses one message.
  using Pack = std::function<std::string(std::string_view message)>;
  /// The same for a WebSocket with permessage-deflate: each message of at least `least` bytes as
  /// `pack` makes it (RFC 7692 §6). Raw frames, and those that must not be compressed, as they are.
  [[nodiscard]] SharedFrame packed(std::size_t least, const Pack& pack) const;
  /// packed(), made once for all who ask.
  [[nodiscard]] const SharedFrame& packedOnce(std::size_t least, const Pack& pack) const;
  /// The same event written differently, as one binary message: `convert` makes it, once for all
  /// who ask.
  using Convert = std::function<std::string(const SharedFrame&)>;
  [[nodiscard]] const SharedFrame& convertedOnce(const Convert& convert) const;
  /// Whether it may be compressed on its way, on whatever transport.
  [[nodiscard]] bool compresses() const { return body_->compresses; }
  /// Calls `visit` with each packet: texts with their type digit, binary messages as they are. Not
  /// of a raw frame.
  void forEachPacket(const std::function<void(bool binary, std::string_view packet)>& visit) const;
  [[nodiscard]] bool hasBinary() const { return !body_->textPacket || !body_->attachments.empty(); }
  /// The same for a WebSocket of Engine.IO revision 3, whose binary messages begin with their
  /// packet's type as a byte (protocol.md 2.11).
  [[nodiscard]] SharedFrame withTypeBytes() const;
  /// How many Engine.IO packets it holds.
  [[nodiscard]] std::size_t packets() const { return 1 + body_->attachments.size(); }

 private:
  friend class FrameBuilder;
  struct Body {
    std::atomic<std::uint32_t> references{1};
    FrameClass frameClass = FrameClass::kMessage;
    bool textPacket = true;
    bool compresses = true;
    base::ObjectId subject;
    std::uint64_t number = 0;
    std::uint32_t begin = 0;      ///< where the wire form begins in `bytes`
    std::uint32_t textBegin = 0;  ///< where the text packet begins
    std::uint32_t textEnd = 0;
    std::uint32_t size = 0;  ///< of what stands behind this in the same block
    struct Range {
      std::uint32_t begin, end;
    };
    std::vector<Range> attachments;  ///< payloads of the binary messages, in `bytes`
    mutable std::once_flag pollingOnce;
    mutable std::once_flag packedOnce;
    mutable std::once_flag convertedOnce;
    mutable std::string polling;
    mutable std::unique_ptr<SharedFrame> packed;  ///< null: it is like this one
    mutable std::unique_ptr<SharedFrame> converted;

    [[nodiscard]] static Body* make(std::string_view bytes);
    static void remove(Body* body);
    [[nodiscard]] std::string_view bytes() const {
      return {reinterpret_cast<const char*>(this + 1), size};
    }
  };
  explicit SharedFrame(Body* body) : body_(body) {}
  [[nodiscard]] static Body* binaryBody(std::string_view bytes);
  /// A frame of the same kind with other bytes.
  [[nodiscard]] Body* copyWith(std::string_view bytes) const;
  void release() {
    if (body_ != nullptr && body_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      Body::remove(body_);
    }
  }

  Body* body_ = nullptr;
};

/// Writes a frame: the room for the WebSocket header is kept in front. It is written into memory
/// that the thread keeps for it, and copied once its size is known, into one block with all else
/// that a frame has.
/// Thread: one at a time.
class FrameBuilder {
 public:
  explicit FrameBuilder(std::size_t expectedBytes = 512);

  FrameBuilder(FrameBuilder&& other) noexcept = default;
  FrameBuilder& operator=(FrameBuilder&& other) noexcept = default;
  ~FrameBuilder();

  /// Append the Engine.IO packet here, type digit included; what is there already stays.
  [[nodiscard]] std::string& text() { return bytes_; }
  /// The packet so far.
  [[nodiscard]] std::string_view packet() const;
  /// The frame goes out as it is, also where others are compressed.
  void dontCompress() { compresses_ = false; }
  void setNumber(std::uint64_t number) { number_ = number; }
  /// Call once, with the binary messages that follow the text packet.
  [[nodiscard]] SharedFrame finish(FrameClass frameClass = FrameClass::kMessage,
                                   const std::vector<std::string>& attachments = {},
                                   const base::ObjectId& subject = {});

 private:
  std::string bytes_;
  std::uint64_t number_ = 0;
  bool compresses_ = true;
};

}  // namespace rookery::net
