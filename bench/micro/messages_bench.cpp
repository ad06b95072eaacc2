// A message on its way out: optimistic and confirmed, encoded once for all readers.

#include <benchmark/benchmark.h>

#include "rookery/base/object_id.h"
#include "rookery/base/random.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/message_json.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/frames.h"

namespace rookery::bench {
namespace {

/// A channel, its sender and one of his messages.
struct Scene {
  explicit Scene(std::size_t bodyBytes) {
    store::UserRecord user;
    user.id = ids.next();
    user.username = "user-1000";
    user.email = "user-1000@example.org";
    sender = chat::makeUser(user, "http://127.0.0.1:3000");
    conversation.kind = store::ConversationKind::kChannel;
    conversation.members = std::make_shared<chat::WorkspaceMembers>(ids.next());
    conversation.describe(chat::channelJson(
        {conversation.id(), conversation.workspaceId(), "channel-1", clock.wall(), clock.wall()}));
    message.id = ids.next();
    message.kind = store::ConversationKind::kChannel;
    message.seq = 4711;
    message.createdAt = clock.wall();
    message.body.assign(bodyBytes, 'x');
    message.clientMessageId = "18a3f.123456";
  }

  base::SystemClock clock;
  base::SystemRandom random;
  base::ObjectIdGenerator ids{clock, random};
  chat::Conversation conversation{ids.next()};
  chat::UserRef sender;
  store::MessageRecord message;
};

void encodeOptimistic(benchmark::State& state) {
  const Scene scene(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    socketio::EventFrame frame("/", chat::kNewMessageReceived, std::nullopt,
                               512 + scene.message.body.size());
    chat::writeOptimistic(frame.args(), scene.conversation, *scene.sender, scene.message);
    benchmark::DoNotOptimize(frame.finish());
  }
}
BENCHMARK(encodeOptimistic)->Arg(200)->Arg(2000);

void encodeConfirmed(benchmark::State& state) {
  const Scene scene(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    socketio::EventFrame frame("/", chat::kChannelMessageConfirmed, std::nullopt,
                               1024 + 2 * scene.message.body.size());
    chat::writeConfirmed(frame.args(), scene.conversation, *scene.sender, scene.message, 4711);
    benchmark::DoNotOptimize(frame.finish());
  }
}
BENCHMARK(encodeConfirmed)->Arg(200)->Arg(2000);

void makeId(benchmark::State& state) {
  Scene scene(0);
  for (auto _ : state) benchmark::DoNotOptimize(scene.ids.next());
}
BENCHMARK(makeId);

}  // namespace
}  // namespace rookery::bench
