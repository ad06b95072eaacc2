#include "rookery/socketio/io.h"

#include "host.h"
#include "rookery/base/json_writer.h"
#include "scenarios.h"

namespace rookery::conformance {
namespace {

using namespace std::chrono_literals;
using socketio::Args;
using socketio::Bytes;
using socketio::Io;
using socketio::IoEvent;
using socketio::IoNamespace;
using socketio::IoSocket;
using socketio::Json;

Json now() {
  std::string text;
  base::JsonWriter(text).time(base::SystemClock().wall());
  return {text};
}

/// An event that is answered by another one, without arguments.
void reply(IoSocket& socket, const char* event, const char* answer) {
  socket.on(event, [answer](IoSocket& self, const IoEvent&) { self.emit(answer); });
}

void addDates(IoSocket& socket) {
  socket.on("getAckDate", [](IoSocket&, const IoEvent& event) { event.ack(now()); });
  socket.on("getDate", [](IoSocket& self, const IoEvent&) { self.emit("takeDate", now()); });
  socket.on("getDateObj", [](IoSocket& self, const IoEvent&) {
    self.emit("takeDateObj", Json{"{\"date\":" + now().text + "}"});
  });
}

void addTexts(IoSocket& socket) {
  socket.on("echo", [](IoSocket&, const IoEvent& event) { event.ack(event.args()); });
  socket.on("getUtf8", [](IoSocket& self, const IoEvent&) {
    for (const char* const text :
         {"てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"}) {
      self.emit("takeUtf8", text);
    }
  });
  socket.on("false", [](IoSocket& self, const IoEvent&) { self.emit("false", false); });
  socket.on("getHandshake",
            [](IoSocket& self, const IoEvent& event) { event.ack(Json{self.handshake().json()}); });
  socket.on("getId", [](IoSocket& self, const IoEvent& event) { event.ack(self.id()); });
}

void addBinaries(IoSocket& socket) {
  const Bytes bytes{"asdfasdf"};
  socket.on("doge", [bytes](IoSocket& self, const IoEvent&) { self.emit("doge", bytes); });
  socket.on("getbin", [bytes](IoSocket& self, const IoEvent&) { self.emit("takebin", bytes); });
  reply(socket, "buffa", "buffack");
  reply(socket, "jsonbuff", "jsonbuff-ack");
  reply(socket, "abuff2", "abuff2-ack");
  reply(socket, "jsonblob", "jsonblob-ack");
  reply(socket, "blob3", "blob3-ack");
  socket.on("blob", [](IoSocket& self, const IoEvent&) { self.emit("back"); });
}

void addMain(IoSocket& socket) {
  reply(socket, "hi", "hi");
  socket.on("ack", [](IoSocket& self, const IoEvent&) {
    const auto answer = [&nsp = self.nsp(), id = self.id()](const std::optional<Args>& args) {
      if (args.has_value() && args->json() == R"(5,{"test":true})") nsp.to(id).emit("got it");
    };
    self.timeout(10s).emit("ack", answer);
  });
  addTexts(socket);
  addDates(socket);
  addBinaries(socket);
}

IoNamespace::Middleware refuseAlways(std::string message) {
  return [message = std::move(message)](const auto&, const IoNamespace::Next& next) {
    next(socketio::Refusal{message});
  };
}

}  // namespace

base::Result<void> serveSocketIoClient(const Settings& settings) {
  Io::Options options{.listen = settings.listen, .loops = kLoops};
  options.engine = settings.engine(2000ms, 20'000ms);
  options.sockets = settings.sockets(45'000ms, 120'000ms);
  options.engine.allowRequest = [](const net::HttpHead&, net::Loop& loop, auto decide) {
    loop.postAfter(10ms, [decide = std::move(decide)]() mutable { decide(std::nullopt); });
  };
  auto made = Io::listen(options);
  if (!made) return base::fail(made.error());
  Io& io = **made;

  io.use([](const std::shared_ptr<const socketio::Handshake>& handshake, const auto& next) {
    if (handshake->query("fail").empty()) return next(std::nullopt);
    next(socketio::Refusal{"Auth failed (main namespace)"});
  });
  io.onConnection(addMain);
  io.of("/foo").onConnection([](IoSocket& socket) {
    socket.on("getId", [](IoSocket& self, const IoEvent& event) { event.ack(self.id()); });
  });
  for (const char* const name : {"/timeout_socket", "/valid", "/asd"}) {
    io.of(name).onConnection([](IoSocket&) {});
  }
  io.of("/abc").onConnection(
      [](IoSocket& socket) { socket.emit("handshake", Json{socket.handshake().json()}); });
  io.of("/no").use(refuseAlways("Auth failed (custom namespace)"));
  serveUntilStopped(io);
  return {};
}

}  // namespace rookery::conformance
