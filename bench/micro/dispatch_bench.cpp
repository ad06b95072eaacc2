// From the bytes of a client to the handler of its event: all layers but the kernel's.

#include <benchmark/benchmark.h>

#include <string>

#include "load/websocket.h"
#include "memory_net/memory_loop.h"
#include "rookery/base/check.h"
#include "rookery/base/random.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "rookery/socketio/server.h"

namespace rookery::bench {
namespace {

std::string textFrame(std::string_view text) {
  std::string frame;
  appendFrame(frame, Opcode::kText, text);
  return frame;
}

/// A client that is connected, and hears nothing of what it is sent.
struct Connection {
  Connection() {
    server.of("/").onEvent([this](socketio::Socket&, const socketio::Event& event) {
      ++events;
      benchmark::DoNotOptimize(event.name.data());
    });
    stream.listen([](std::string_view) {});
    say(upgradeRequest("virtual", "/socket.io/?EIO=4&transport=websocket"));
    say(textFrame("40"));
  }
  void say(std::string_view bytes) {
    loop.turn([&] { stream.arrive(bytes); });
  }

  base::SystemClock clock;
  base::SystemRandom random;
  test::MemoryLoop loop{clock, random};
  socketio::Server server{socketio::Options(), {&loop}};
  engineio::Server engine{engineio::Options(), server, {&loop}};
  engineio::Endpoint endpoint{engine};
  net::HttpServerContext context{.service = endpoint, .limits = {}};
  test::MemoryStream& stream = loop.connect(context);
  std::uint64_t events = 0;
};

void dispatchEvent(benchmark::State& state) {
  Connection connection;
  const std::string frame =
      textFrame(R"(42["typing",{"roomId":"65f0c0ffee5ec0de00000001","isTyping":true}])");
  for (auto _ : state) connection.say(frame);
  ROOKERY_CHECK(connection.events == static_cast<std::uint64_t>(state.iterations()));
}
BENCHMARK(dispatchEvent);

}  // namespace
}  // namespace rookery::bench
