#include "rookery/socketio/recovery.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/recovery_source.h"
#include "rookery/socketio/socket.h"

namespace rookery::socketio {
namespace {

constexpr std::size_t kRandomBytes = 11;
constexpr std::size_t kPlaceBytes = 4;    // in all 20 characters of base64
constexpr std::size_t kEntryBytes = 160;  // what an entry costs beside its frame, about

std::unordered_set<const Room*> setOf(const std::vector<RoomRef>& rooms) {
  std::unordered_set<const Room*> set;
  for (const RoomRef& room : rooms) set.insert(room.get());
  return set;
}

}  // namespace

CutSocket::CutSocket() = default;
CutSocket::~CutSocket() = default;
CutSocket::CutSocket(CutSocket&&) noexcept = default;
CutSocket& CutSocket::operator=(CutSocket&&) noexcept = default;

RecoveryId newRecoveryId(base::Random& random, const SocketRef& ref) {
  std::array<std::uint8_t, kRandomBytes + kPlaceBytes> bytes{};
  random.fill(std::span(bytes).first(kRandomBytes));
  bytes[kRandomBytes] = static_cast<std::uint8_t>(ref.loop);
  bytes[kRandomBytes + 1] = static_cast<std::uint8_t>(ref.slot >> 16);
  bytes[kRandomBytes + 2] = static_cast<std::uint8_t>(ref.slot >> 8);
  bytes[kRandomBytes + 3] = static_cast<std::uint8_t>(ref.slot);
  RecoveryId pid{};
  const std::string text = base::base64Url(bytes);
  std::copy_n(text.begin(), pid.size(), pid.begin());
  return pid;
}

std::optional<SocketRef> birthplaceOf(std::string_view pid) {
  if (pid.size() != RecoveryId().size()) return std::nullopt;
  std::string standard(pid);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  const std::optional<std::string> bytes = base::decodeBase64(standard);
  if (!bytes || bytes->size() != kRandomBytes + kPlaceBytes) return std::nullopt;
  const auto at = [&](std::size_t i) {
    return std::uint32_t{static_cast<std::uint8_t>((*bytes)[kRandomBytes + i])};
  };
  return SocketRef{.loop = at(0), .slot = at(1) << 16 | at(2) << 8 | at(3)};
}

std::string offsetText(const Offset& offset) {
  std::string text = std::to_string(offset.number);
  if (offset.commitNo != 0) text.append(1, '.').append(std::to_string(offset.commitNo));
  return text;
}

std::optional<Offset> parseOffset(std::string_view text) {
  Offset offset;
  const char* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, offset.number);
  if (read.ec != std::errc() || offset.number == 0) return std::nullopt;
  if (read.ptr != end) {
    if (*read.ptr != '.') return std::nullopt;
    read = std::from_chars(read.ptr + 1, end, offset.commitNo);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  }
  return offset;
}

void FrameLog::append(const std::shared_ptr<const Broadcast>& broadcast, const Namespace& nsp,
                      base::SteadyTime now) {
  push({now, &nsp, broadcast->frame, broadcast, {}});
}

void FrameLog::append(const SocketRef& to, const net::SharedFrame& frame, const Namespace& nsp,
                      base::SteadyTime now) {
  push({now, &nsp, frame, nullptr, to});
}

void FrameLog::push(Entry entry) {
  const base::SteadyTime tooOld = entry.at - options_.window;
  std::size_t bytes = this->bytes() + entry.frame.wire().size() + kEntryBytes;
  entries_.push_back(std::move(entry));
  while (!entries_.empty() && (bytes > options_.bytes || entries_.front().at < tooOld)) {
    bytes -= entries_.front().frame.wire().size() + kEntryBytes;
    entries_.pop_front();
    ++first_;
  }
  bytes_.store(bytes, std::memory_order_relaxed);
  frames_.store(entries_.size(), std::memory_order_relaxed);
}

bool FrameLog::isDue(const Entry& entry, const CutSocket& socket, const Rooms& rooms) {
  if (entry.nsp != socket.nsp) return false;
  if (entry.broadcast == nullptr) return entry.to == socket.ref;
  const Broadcast& step = *entry.broadcast;
  if (step.also == socket.ref) return true;
  const auto has = [&](const RoomRef& room) { return rooms.contains(room.get()); };
  return step.except != socket.ref && std::any_of(step.rooms.begin(), step.rooms.end(), has) &&
         std::none_of(step.exceptRooms.begin(), step.exceptRooms.end(), has);
}

std::optional<std::uint64_t> FrameLog::startFor(const CutSocket& socket, const Rooms& rooms,
                                                std::uint64_t offset) const {
  if (offset == socket.lastNumber) return socket.cutPosition;
  if (offset == socket.resumedFrom) return socket.connectPosition;
  // Not before its own time on this loop: the order there was never this client's.
  const std::uint64_t begin = std::max(first_, socket.connectPosition);
  const std::uint64_t end = std::min(socket.cutPosition, position());
  for (std::uint64_t at = end; at > begin; --at) {
    const Entry& entry = entries_[static_cast<std::size_t>(at - 1 - first_)];
    if (entry.frame.number() == offset && isDue(entry, socket, rooms)) return at;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FrameLog::startOfMissed(const CutSocket& socket,
                                                     std::uint64_t offset) const {
  const std::optional<std::uint64_t> start = startFor(socket, setOf(socket.rooms), offset);
  if (!start || *start < first_) return std::nullopt;
  std::size_t bytes = 0;
  for (const net::SharedFrame& frame : since(socket, *start)) bytes += frame.wire().size();
  return bytes <= options_.replayedBytes ? start : std::nullopt;
}

std::vector<net::SharedFrame> FrameLog::since(const CutSocket& socket, std::uint64_t from) const {
  const Rooms rooms = setOf(socket.rooms);
  std::vector<net::SharedFrame> frames;
  for (std::uint64_t at = std::max(from, first_); at < position(); ++at) {
    const Entry& entry = entries_[static_cast<std::size_t>(at - first_)];
    if (isDue(entry, socket, rooms)) frames.push_back(entry.frame);
  }
  return frames;
}

void CutDirectory::put(const std::string& pid, std::uint32_t loop) {
  const base::MutexLock lock(mutex_);
  loops_[pid] = loop;
}

void CutDirectory::remove(const std::string& pid) {
  const base::MutexLock lock(mutex_);
  loops_.erase(pid);
}

bool CutDirectory::claim(const std::string& pid, std::uint32_t loop) {
  const base::MutexLock lock(mutex_);
  return loops_.try_emplace(pid, loop).second;
}

std::optional<std::uint32_t> CutDirectory::find(const std::string& pid) {
  const base::MutexLock lock(mutex_);
  const auto found = loops_.find(pid);
  return found == loops_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t CutDirectory::size() {
  const base::MutexLock lock(mutex_);
  return loops_.size();
}

void CutSockets::add(const RecoveryId& pid, CutSocket socket) {
  std::string key(pid.begin(), pid.end());
  directory_.put(key, socket.ref.loop);
  order_.emplace_back(socket.cutAt, key);
  sockets_.emplace(std::move(key), std::move(socket));
  while (order_.size() > options_.sockets) dropOldest();
}

std::optional<CutSocket> CutSockets::take(std::string_view pid) {
  auto node = sockets_.extract(std::string(pid));
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::optional<std::chrono::milliseconds> CutSockets::expire(base::SteadyTime now) {
  while (!order_.empty() && order_.front().first + options_.window <= now) dropOldest();
  if (order_.empty()) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(order_.front().first + options_.window - now);
}

/// What was taken meanwhile has left its place in the order behind; a socket that was cut again
/// has another one.
void CutSockets::dropOldest() {
  const auto [cutAt, pid] = std::move(order_.front());
  order_.pop_front();
  const auto found = sockets_.find(pid);
  if (found == sockets_.end() || found->second.cutAt != cutAt) return;
  keep(found->second);
  letGo(found->second.rooms, found->second.ref.loop);
  directory_.remove(pid);
  sockets_.erase(found);
}

void CutSockets::keepAll() const {
  for (const auto& [pid, socket] : sockets_) keep(socket);
}

void CutSockets::keep(const CutSocket& socket) {
  RecoverySource* const source = socket.nsp->recoverySource();
  if (source != nullptr && socket.state != nullptr) {
    source->keep(socket.pid, socket.id, *socket.state);
  }
}

void CutSockets::letGo(const std::vector<RoomRef>& rooms, std::uint32_t loop) {
  for (const RoomRef& room : rooms) room->letGoOfReader(loop);
}

}  // namespace rookery::socketio
