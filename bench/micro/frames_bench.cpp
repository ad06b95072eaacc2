// Frames and packets: what each message costs before anybody looks at what it says.

#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <vector>

#include "load/websocket.h"
#include "rookery/base/json.h"
#include "rookery/net/shared_frame.h"
#include "rookery/net/websocket_codec.h"
#include "rookery/socketio/packet.h"

namespace rookery::bench {
namespace {

std::string newMessage(std::size_t bodyBytes) {
  return R"(427["NewMessage",{"channelId":"6565f0a1b2c3d4e5f6a7b8c9","body":")" +
         std::string(bodyBytes, 'x') + R"(","clientMessageId":"18a3f.123456"}])";
}

void decodeFrame(benchmark::State& state) {
  std::string masked;
  appendFrame(masked, Opcode::kText, newMessage(static_cast<std::size_t>(state.range(0))));
  std::vector<std::uint8_t> buffer(masked.size());
  net::WebSocketDecoder decoder;
  for (auto _ : state) {
    std::memcpy(buffer.data(), masked.data(), masked.size());  // it is unmasked in place
    std::span<std::uint8_t> input(buffer);
    benchmark::DoNotOptimize(decoder.next(input, {}));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(masked.size()));
}
BENCHMARK(decodeFrame)->Arg(200)->Arg(2000);

void encodeFrameHeader(benchmark::State& state) {
  std::array<std::uint8_t, net::kMaxFrameHeader> out{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(net::writeFrameHeader(net::Opcode::kText, 640, out.data()));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(encodeFrameHeader);

void parsePacketHead(benchmark::State& state) {
  const std::string packet = newMessage(200).substr(1);
  for (auto _ : state) benchmark::DoNotOptimize(socketio::decodeHead(packet));
}
BENCHMARK(parsePacketHead);

void parsePacketWhole(benchmark::State& state) {
  const std::string packet = newMessage(static_cast<std::size_t>(state.range(0))).substr(1);
  base::JsonParser parser;
  for (auto _ : state) {
    const auto head = socketio::decodeHead(packet);
    benchmark::DoNotOptimize(parser.parse(head->json));
  }
}
BENCHMARK(parsePacketWhole)->Arg(200)->Arg(2000);

void shareFrame(benchmark::State& state) {
  const net::SharedFrame frame = net::SharedFrame::text(newMessage(200));
  for (auto _ : state) {
    net::SharedFrame copy = frame;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(shareFrame);

}  // namespace
}  // namespace rookery::bench
