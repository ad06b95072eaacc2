#include "rookery/net/shared_frame.h"

#include <array>
#include <cstring>

#include "rookery/base/encoding.h"
#include "rookery/net/websocket_codec.h"

namespace rookery::net {
namespace {

std::string_view header(Opcode opcode, std::size_t payloadBytes,
                        std::array<std::uint8_t, kMaxFrameHeader>& room) {
  return base::asText({room.data(), writeFrameHeader(opcode, payloadBytes, room.data())});
}

/// What builders of this thread have written into, to be written into again.
std::vector<std::string>& spareRooms() {
  thread_local std::vector<std::string> rooms;
  return rooms;
}

std::string takeRoom() {
  std::vector<std::string>& rooms = spareRooms();
  if (rooms.empty()) return {};
  std::string room = std::move(rooms.back());
  rooms.pop_back();
  return room;
}

void giveRoomBack(std::string room) {
  constexpr std::size_t kMostRooms = 4;
  constexpr std::size_t kMostBytes = 64 << 10;
  constexpr std::size_t kLeastBytes = 64;  // less is in the string itself, or was moved away
  if (room.capacity() < kLeastBytes || room.capacity() > kMostBytes) return;
  if (spareRooms().size() < kMostRooms) spareRooms().push_back(std::move(room));
}

}  // namespace

SharedFrame::Body* SharedFrame::Body::make(std::string_view bytes) {
  void* const block = operator new(sizeof(Body) + bytes.size());
  auto* const body = new (block) Body;
  body->size = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(static_cast<void*>(body + 1), bytes.data(), bytes.size());
  return body;
}

void SharedFrame::Body::remove(Body* body) {
  body->~Body();
  operator delete(body);
}

FrameBuilder::FrameBuilder(std::size_t expectedBytes) : bytes_(takeRoom()) {
  bytes_.reserve(kMaxFrameHeader + expectedBytes);
  bytes_.assign(kMaxFrameHeader, '\0');
}

FrameBuilder::~FrameBuilder() { giveRoomBack(std::move(bytes_)); }

std::string_view FrameBuilder::packet() const {
  return std::string_view(bytes_).substr(kMaxFrameHeader);
}

SharedFrame FrameBuilder::finish(FrameClass frameClass, const std::vector<std::string>& attachments,
                                 const base::ObjectId& subject) {
  std::array<std::uint8_t, kMaxFrameHeader> room{};
  const std::string_view head = header(Opcode::kText, packet().size(), room);
  const std::size_t begin = kMaxFrameHeader - head.size();
  const std::size_t textEnd = bytes_.size();
  std::memcpy(bytes_.data() + begin, head.data(), head.size());
  std::vector<SharedFrame::Body::Range> ranges;
  for (const std::string& attachment : attachments) {
    bytes_ += header(Opcode::kBinary, attachment.size(), room);
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += attachment;
    ranges.push_back({at, static_cast<std::uint32_t>(bytes_.size())});
  }
  auto* const body = SharedFrame::Body::make(bytes_);
  body->frameClass = frameClass;
  body->compresses = compresses_;
  body->number = number_;
  body->subject = subject;
  body->begin = static_cast<std::uint32_t>(begin);
  body->textBegin = kMaxFrameHeader;
  body->textEnd = static_cast<std::uint32_t>(textEnd);
  body->attachments = std::move(ranges);
  return SharedFrame(body);
}

SharedFrame SharedFrame::text(std::string_view packet, FrameClass frameClass) {
  FrameBuilder builder(packet.size());
  builder.text() += packet;
  return builder.finish(frameClass);
}

SharedFrame SharedFrame::binary(std::string_view bytes) { return SharedFrame(binaryBody(bytes)); }

SharedFrame::Body* SharedFrame::binaryBody(std::string_view bytes) {
  std::array<std::uint8_t, kMaxFrameHeader> room{};
  std::string whole(header(Opcode::kBinary, bytes.size(), room));
  const auto textBegin = static_cast<std::uint32_t>(whole.size());
  auto* const body = Body::make(whole.append(bytes));
  body->textPacket = false;
  body->textBegin = textBegin;
  body->textEnd = body->size;
  return body;
}

SharedFrame SharedFrame::raw(std::string_view bytes) {
  auto* const body = Body::make(bytes);
  body->compresses = false;
  body->textEnd = body->size;
  return SharedFrame(body);
}

void SharedFrame::forEachPacket(
    const std::function<void(bool binary, std::string_view packet)>& visit) const {
  const std::string_view all = body_->bytes();
  visit(!body_->textPacket, all.substr(body_->textBegin, body_->textEnd - body_->textBegin));
  for (const Body::Range& range : body_->attachments) {
    visit(true, all.substr(range.begin, range.end - range.begin));
  }
}

SharedFrame::Body* SharedFrame::copyWith(std::string_view bytes) const {
  auto* const body = Body::make(bytes);
  body->frameClass = body_->frameClass;
  body->textPacket = body_->textPacket;
  body->compresses = false;
  body->subject = body_->subject;
  return body;
}

SharedFrame SharedFrame::packed(std::size_t least, const Pack& pack) const {
  if (!body_->compresses || body_->size < least) return *this;
  std::string bytes;
  std::array<std::uint8_t, kMaxFrameHeader> room{};
  forEachPacket([&](bool binary, std::string_view message) {
    const bool packs = message.size() >= least;
    const std::string content = packs ? pack(message) : std::string(message);
    const auto opcode = binary ? Opcode::kBinary : Opcode::kText;
    const std::size_t head = writeFrameHeader(opcode, content.size(), room.data(), packs);
    bytes.append(base::asText({room.data(), head})).append(content);
  });
  return SharedFrame(copyWith(bytes));
}

SharedFrame SharedFrame::withTypeBytes() const {
  if (!hasBinary()) return *this;
  constexpr char kMessage = 4;
  std::string text;
  std::vector<std::string> binaries;
  forEachPacket([&](bool binary, std::string_view packet) {
    if (binary) {
      binaries.push_back(std::string(1, kMessage).append(packet));
    } else {
      text = packet;
    }
  });
  if (!body_->textPacket) return SharedFrame::binary(binaries.front());
  FrameBuilder builder(text.size());
  builder.text() += text;
  if (!body_->compresses) builder.dontCompress();
  return builder.finish(body_->frameClass, binaries, body_->subject);
}

const SharedFrame& SharedFrame::packedOnce(std::size_t least, const Pack& pack) const {
  std::call_once(body_->packedOnce, [&] {
    SharedFrame made = packed(least, pack);
    if (made.body_ != body_) body_->packed = std::make_unique<SharedFrame>(std::move(made));
  });
  return body_->packed != nullptr ? *body_->packed : *this;
}

const SharedFrame& SharedFrame::convertedOnce(const Convert& convert) const {
  std::call_once(body_->convertedOnce, [&] {
    Body* const body = binaryBody(convert(*this));
    body->frameClass = body_->frameClass;
    body->compresses = body_->compresses;
    body->subject = body_->subject;
    body_->converted = std::make_unique<SharedFrame>(SharedFrame(body));
  });
  return *body_->converted;
}

std::string_view SharedFrame::polling() const {
  if (!hasBinary()) {
    return body_->bytes().substr(body_->textBegin, body_->textEnd - body_->textBegin);
  }
  std::call_once(body_->pollingOnce, [&] {
    std::string& out = body_->polling;
    forEachPacket([&](bool binary, std::string_view packet) {
      if (!out.empty()) out += '\x1e';
      if (!binary) {
        out += packet;
        return;
      }
      out += 'b';
      base::appendBase64(out, base::asBytes(packet));
    });
  });
  return body_->polling;
}

}  // namespace rookery::net
