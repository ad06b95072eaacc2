// What the tests of the library's own API talk to: library_peer HOST:PORT [--recovery]

#include <cstdio>
#include <cstring>
#include <regex>

#include "rookery/socketio/io.h"

using namespace rookery::socketio;
using namespace std::chrono_literals;

struct Point {
  double x = 0;
  double y = 0;
};

template <>
struct rookery::socketio::Decoder<Point> {
  static constexpr std::string_view kName = "a point";
  static std::optional<Point> decode(const Arg& arg) {
    const auto x = arg.member<double>("x");
    const auto y = arg.member<double>("y");
    if (!x || !y) return std::nullopt;
    return Point{*x, *y};
  }
};

namespace {

void addTyped(IoSocket& socket) {
  socket.on("add", [](IoSocket&, int a, int b, const IoAck& done) { done(a + b); });
  socket.on("byte", [](IoSocket&, std::uint8_t value, const IoAck& done) { done(value); });
  socket.on("greet", [](IoSocket&, const std::string& name, std::optional<int> times, IoAck done) {
    std::vector<std::string> greetings(static_cast<std::size_t>(times.value_or(1)), "hi " + name);
    done(greetings);
  });
  socket.on("middle", [](IoSocket&, const std::vector<Point>& points, const IoAck& done) {
    Point sum;
    for (const Point& one : points) sum = {sum.x + one.x, sum.y + one.y};
    const auto count = static_cast<double>(points.size());
    done(std::map<std::string, double>{{"x", sum.x / count}, {"y", sum.y / count}});
  });
  socket.on("reverse", [](IoSocket&, Bytes bytes, bool twice, const IoAck& done) {
    if (!twice) std::reverse(bytes.data.begin(), bytes.data.end());
    done(bytes);
  });
  socket.on("sum", [](IoSocket&, const std::map<std::string, int>& parts, const IoAck& done) {
    int sum = 0;
    for (const auto& [name, value] : parts) sum += value;
    done(sum);
  });
  socket.on("strict", [](IoSocket& self, bool) {
    self.onInvalid([](IoSocket& its, const IoEvent& event, const std::string& why) {
      its.emit("invalid", event.name, why);
    });
  });
}

/// What one socket asks about, or does to, those of a room: of everybody when it is null.
void addOthers(IoSocket& socket) {
  socket.on("join", [](IoSocket& self, const std::string& room, const IoAck& done) {
    self.join(room);
    done(self.rooms());
  });
  socket.on("remember", [](IoSocket& self, const std::string& what, const IoAck& done) {
    self.data() = what;
    done();
  });
  const auto target = [](IoSocket& self, const std::optional<std::string>& room) {
    return room ? self.nsp().to(*room) : self.nsp().all();
  };
  socket.on("ask", [target](IoSocket& self, const std::optional<std::string>& room, int patience,
                            const Json& question, const IoAck& done) {
    target(self, room)
        .timeout(std::chrono::milliseconds(patience))
        .emit(
            "question",
            [done](const IoAnswers& answers) {
              Args all;
              for (const Args& one : answers.all) all.add(one);
              done(answers.missing, all);
            },
            question);
  });
  socket.on("who",
            [target](IoSocket& self, const std::optional<std::string>& room, const IoAck& done) {
              target(self, room).fetchSockets([done](const std::vector<RemoteSocket>& found) {
                std::map<std::string, std::vector<std::string>> all;
                for (const RemoteSocket& one : found) {
                  all[one.id] = one.rooms;
                  const auto* data = std::any_cast<std::string>(&one.data);
                  all[one.id].push_back(data == nullptr ? "" : *data);
                  all[one.id].push_back(one.handshake->query("name"));
                }
                done(all);
              });
            });
  socket.on("gather", [](IoSocket& self, const std::string& from, const std::string& to) {
    self.nsp().to(from).socketsJoin(to);
    self.nsp().to(to).emit("gathered", to);
    self.nsp().to(to).except(from).socketsLeave(to);
  });
  socket.on("dismiss", [](IoSocket& self, const std::string& room, bool close) {
    self.to(room).disconnectSockets(close);
  });
}

void addWays(IoSocket& socket) {
  socket.on("send", [](IoSocket& self, const std::string& text, bool compress) {
    self.compress(compress).emit("sent", text);
  });
  socket.on("sendAll", [](IoSocket& self, const std::string& text, bool compress) {
    self.nsp().all().compress(compress).emit("sent", text);
  });
  socket.on("announce", [](IoSocket& self, const std::string& what, const IoAck& done) {
    self.nsp().serverSideSend("announced", Args::of(what),
                              [done](const Args& answer) { done(answer); });
  });
}

void add(IoSocket& socket) {
  addTyped(socket);
  addOthers(socket);
  addWays(socket);
}

}  // namespace

int main(int count, char** arguments) {
  Io::Options options{.listen = count > 1 ? arguments[1] : "127.0.0.1:0", .loops = 2};
  options.sockets.maxDynamicNamespaces = 3;
  options.engine.deflate.enabled = true;
  for (int i = 2; i < count; ++i) {
    if (std::strcmp(arguments[i], "--recovery") == 0) options.sockets.recovery.window = 60s;
  }
  auto made = Io::listen(options);
  if (!made) {
    std::fprintf(stderr, "library_peer: %s\n", made.error().message.c_str());
    return 1;
  }
  Io& io = **made;
  io.onConnection(add);
  io.of("/").onServerSide("announced", [](IoNamespace& nsp, const std::string& what, IoAck done) {
    nsp.emit("announcement", what);
    done(what, nsp.name());
  });
  io.ofMatching(std::regex("^/team-\\d+$"))
      .use([](const auto& handshake, const IoHandlers::Next& next) {
        if (handshake->query("name").empty()) return next(Refusal{"who are you?"});
        next(std::nullopt);
      })
      .onConnection([](IoSocket& socket) {
        socket.emit("welcome", socket.nsp().name());
        add(socket);
      });
  std::printf("listening on %s\n", io.url().c_str());
  std::fflush(stdout);
  io.run();
}
