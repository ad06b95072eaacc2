// A whiteboard: what one draws in his browser, all see. whiteboard [HOST:PORT] [page.html]

#include <cstdio>
#include <fstream>
#include <iterator>

#include "rookery/socketio/io.h"

using namespace rookery::socketio;

int main(int count, char** arguments) {
  auto made = Io::listen({.listen = count > 1 ? arguments[1] : "127.0.0.1:3000"});
  if (!made) {
    std::fprintf(stderr, "whiteboard: %s\n", made.error().message.c_str());
    return 1;
  }
  Io& io = **made;
  std::ifstream file(count > 2 ? arguments[2] : "page.html");
  io.page("/", "text/html; charset=utf-8", {std::istreambuf_iterator<char>(file), {}});

  io.onConnection([](IoSocket& socket) {
    socket.on("join", [](IoSocket& self, const IoEvent& event) {
      const auto board = event.text(0);
      if (board && !board->empty()) self.join(*board);
      event.ack(board.has_value());
    });
    // draw(board, line): to all others at that board.
    socket.on("draw", [](IoSocket& self, const IoEvent& event) {
      const auto board = event.text(0);
      if (board && self.isIn(*board)) self.to(*board).emit("draw", event.args());
    });
  });
  std::printf("listening on %s\n", io.url().c_str());
  std::fflush(stdout);
  io.run();
}
