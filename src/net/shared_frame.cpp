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

}  // namespace

FrameBuilder::FrameBuilder(std::size_t expectedBytes) {
  bytes_.reserve(kMaxFrameHeader + expectedBytes);
  bytes_.assign(kMaxFrameHeader, '\0');
}

std::string_view FrameBuilder::packet() const {
  return std::string_view(bytes_).substr(kMaxFrameHeader);
}

SharedFrame FrameBuilder::finish(FrameClass frameClass, const std::vector<std::string>& attachments,
                                 const base::ObjectId& subject) {
  std::array<std::uint8_t, kMaxFrameHeader> room{};
  const std::string_view head = header(Opcode::kText, packet().size(), room);
  auto* body = new SharedFrame::Body;
  body->frameClass = frameClass;
  body->compresses = compresses_;
  body->number = number_;
  body->subject = subject;
  body->begin = static_cast<std::uint32_t>(kMaxFrameHeader - head.size());
  body->textBegin = kMaxFrameHeader;
  body->textEnd = static_cast<std::uint32_t>(bytes_.size());
  std::memcpy(bytes_.data() + body->begin, head.data(), head.size());
  for (const std::string& attachment : attachments) {
    bytes_ += header(Opcode::kBinary, attachment.size(), room);
    const auto begin = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += attachment;
    body->attachments.push_back({begin, static_cast<std::uint32_t>(bytes_.size())});
  }
  body->bytes = std::move(bytes_);
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
  auto* body = new Body;
  body->textPacket = false;
  body->bytes = header(Opcode::kBinary, bytes.size(), room);
  body->textBegin = static_cast<std::uint32_t>(body->bytes.size());
  body->bytes += bytes;
  body->textEnd = static_cast<std::uint32_t>(body->bytes.size());
  return body;
}

SharedFrame SharedFrame::raw(std::string bytes) {
  auto* body = new Body;
  body->compresses = false;
  body->bytes = std::move(bytes);
  body->textEnd = static_cast<std::uint32_t>(body->bytes.size());
  return SharedFrame(body);
}

void SharedFrame::forEachPacket(
    const std::function<void(bool binary, std::string_view packet)>& visit) const {
  const std::string_view all = body_->bytes;
  visit(!body_->textPacket, all.substr(body_->textBegin, body_->textEnd - body_->textBegin));
  for (const Body::Range& range : body_->attachments) {
    visit(true, all.substr(range.begin, range.end - range.begin));
  }
}

SharedFrame::Body* SharedFrame::emptyCopy() const {
  auto* body = new Body;
  body->frameClass = body_->frameClass;
  body->textPacket = body_->textPacket;
  body->compresses = false;
  body->subject = body_->subject;
  return body;
}

SharedFrame SharedFrame::packed(std::size_t least, const Pack& pack) const {
  if (!body_->compresses || body_->bytes.size() < least) return *this;
  auto* body = emptyCopy();
  std::array<std::uint8_t, kMaxFrameHeader> room{};
  forEachPacket([&](bool binary, std::string_view message) {
    const bool packs = message.size() >= least;
    const std::string content = packs ? pack(message) : std::string(message);
    const auto opcode = binary ? Opcode::kBinary : Opcode::kText;
    const std::size_t head = writeFrameHeader(opcode, content.size(), room.data(), packs);
    body->bytes.append(base::asText({room.data(), head})).append(content);
  });
  return SharedFrame(body);
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
    return std::string_view(body_->bytes)
        .substr(body_->textBegin, body_->textEnd - body_->textBegin);
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
