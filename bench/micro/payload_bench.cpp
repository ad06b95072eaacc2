// What the dispatcher asks of a message's payload before its handler sees it.

#include <benchmark/benchmark.h>

#include "rookery/base/check.h"
#include "rookery/base/shape_check.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/event_shapes.h"

namespace rookery::bench {
namespace {

constexpr std::string_view kPayload =
    R"({"channelId":"65f0c0ffee5ec0de00000001","workspaceId":"65f0c0ffee5ec0de00000002",)"
    R"("senderId":"65f0c0ffee5ec0de00000003","body":"a text of about forty letters, as said",)"
    R"("clientMessageId":"0123456789abcdef01234567"})";

void checkPayload(benchmark::State& state) {
  const base::ShapeCheck shape(chat::findEventShape(chat::kNewMessage)->payload);
  base::JsonParser parser;
  const auto value = parser.parse(kPayload);
  base::JsonObject object;
  ROOKERY_CHECK(value && value->get(object) == simdjson::SUCCESS);
  for (auto _ : state) benchmark::DoNotOptimize(shape.check(object).has_value());
}
BENCHMARK(checkPayload);

void parsePayload(benchmark::State& state) {
  base::JsonParser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(kPayload).has_value());
}
BENCHMARK(parsePayload);

}  // namespace
}  // namespace rookery::bench
