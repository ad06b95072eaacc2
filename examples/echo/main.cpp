// A Socket.IO server that sends back what it is sent: echo [HOST:PORT]

#include <cstdio>

#include "rookery/socketio/io.h"

using rookery::socketio::Io;
using rookery::socketio::IoEvent;
using rookery::socketio::IoSocket;

int main(int count, char** arguments) {
  auto io = Io::listen({.listen = count > 1 ? arguments[1] : "127.0.0.1:3000"});
  if (!io) {
    std::fprintf(stderr, "echo: %s\n", io.error().message.c_str());
    return 1;
  }
  (*io)->onConnection([](IoSocket& socket) {
    socket.on("message", [](IoSocket& self, const IoEvent& event) {
      self.emit("message", event.args());
      event.ack(event.args());
    });
  });
  std::printf("listening on %s\n", (*io)->url().c_str());
  std::fflush(stdout);
  (*io)->run();
}
