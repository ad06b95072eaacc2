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
  socket.on("message", [](IoSocket& self, const IoEvent& event) {
    self.emit("message-back", event.args());
  });
  socket.on("message-with-ack", [](IoSocket&, const IoEvent& event) { event.ack(event.args()); });
  socket.on("emit-with-ack", [](IoSocket& self, const IoEvent& event) {
    const auto answer = [&io = self.nsp(), id = self.id()](const std::optional<Args>& args) {
      if (args.has_value()) io.to(id).emit("emit-with-ack", *args);
    };
    self.timeout(10s).emit("emit-with-ack", answer, event.args());
  });
}

}  // namespace

base::Result<void> serveSocketIo(const Settings& settings) {
  Io::Options options{.listen = settings.listen, .loops = kLoops};
  options.engine = settings.engine(300ms, 200ms);
  options.sockets.connectTimeout = settings.connectTimeout.value_or(1000ms);
  auto io = Io::listen(options);
  if (!io) return base::fail(io.error());
  (*io)->onConnection(addEchoes);
  (*io)->of("/custom").onConnection(addEchoes);
  serveUntilStopped(**io);
  return {};
}

}  // namespace rookery::conformance
