#include "rookery/base/json.h"
#include "rookery/socketio/io.h"

#include "host.h"
#include "scenarios.h"

namespace rookery::conformance {
namespace {

using namespace std::chrono_literals;
using socketio::Args;
using socketio::Io;
using socketio::IoEvent;
using socketio::IoSocket;
using socketio::Json;

void addEchoes(IoSocket& socket) {
  socket.emit("auth", Json{socket.handshake().authJson});
  socket.on("message",
            [](IoSocket& self, const IoEvent& event) { self.emit("message-back", event.args()); });
  socket.on("message-with-ack", [](IoSocket&, const IoEvent& event) { event.ack(event.args()); });
  socket.on("emit-with-ack", [](IoSocket& self, const IoEvent& event) {
    const auto answer = [&io = self.nsp(), id = self.id()](const std::optional<Args>& args) {
      if (args.has_value()) io.to(id).emit("emit-with-ack", *args);
    };
    self.timeout(10s).emit("emit-with-ack", answer, event.args());
  });
}

/// The first argument; nothing when it is no object.
std::optional<base::JsonObject> firstObject(const IoEvent& event) {
  base::JsonObject object;
  if (event.values.empty() || event.values[0].get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

/// `join {room}`, acknowledged, and `broadcast {room?, event, data}` to the others.
void addRooms(IoSocket& socket) {
  socket.on("join", [](IoSocket& self, const IoEvent& event) {
    const auto wish = firstObject(event);
    const auto room = wish ? base::stringMember(*wish, "room") : std::nullopt;
    if (room) self.join(*room);
    event.ack(room.has_value());
  });
  socket.on("broadcast", [](IoSocket& self, const IoEvent& event) {
    const auto wish = firstObject(event);
    const auto name = wish ? base::stringMember(*wish, "event") : std::nullopt;
    if (!name) return;
    base::JsonValue data;
    const bool hasData = (*wish)["data"].get(data) == simdjson::SUCCESS;
    const auto room = base::stringMember(*wish, "room");
    auto others = room ? self.to(*room) : self.broadcast();
    others.emit(*name, Json{hasData ? simdjson::minify(data) : "null"});
    event.ack();
  });
}

base::Result<void> serveEchoes(const Settings& settings, std::chrono::milliseconds recovery,
                               void (*add)(IoSocket&)) {
  Io::Options options{.listen = settings.listen, .loops = kLoops};
  options.engine = settings.engine(300ms, 200ms);
  options.sockets = settings.sockets(1000ms, recovery);
  auto io = Io::listen(options);
  if (!io) return base::fail(io.error());
  (*io)->onConnection(add);
  (*io)->of("/custom").onConnection(add);
  serveUntilStopped(**io);
  return {};
}

}  // namespace

base::Result<void> serveSocketIo(const Settings& settings) {
  return serveEchoes(settings, 0ms, addEchoes);
}

base::Result<void> serveRecovery(const Settings& settings) {
  return serveEchoes(settings, 120'000ms, [](IoSocket& socket) {
    addEchoes(socket);
    addRooms(socket);
  });
}

}  // namespace rookery::conformance
