#include "rookery/api/operations.h"

#include "rookery/api/metrics.h"
#include "rookery/api/views.h"
#include "rookery/base/heap.h"

namespace rookery::api {
namespace {

using base::JsonWriter;

net::HttpResponse notReady(std::string_view reason) {
  return bareJson(503, jsonOf([reason](JsonWriter& json) {
                    json.beginObject().key("status").string("unavailable");
                    json.key("reason").string(reason).endObject();
                  }));
}

void writeTexts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.beginArray();
  for (const std::string& text : texts) json.string(text);
  json.endArray();
}

std::vector<base::Held> partsOf(Shared& shared, const store::Reader& reader) {
  const Services& services = shared.services;
  std::vector<base::Held> parts = services.chat.held();
  parts.insert(parts.begin(), services.engine.held());
  parts.push_back(services.writer.held());
  parts.push_back(reader.heldUsers());
  parts.push_back(shared.logins.held("addresses that log in"));
  parts.push_back(shared.signups.held("addresses that sign up"));
  parts.push_back(shared.handshakes.held("addresses that connect"));
  parts.push_back(shared.attempts.held("accounts that are tried"));
  parts.push_back(shared.codes.held("accounts that are sent codes"));
  parts.push_back(shared.history.held("users who read messages"));
  parts.push_back(shared.joins.held("users who try join codes"));
  return parts;
}

net::HttpResponse memoryOf(Shared& shared, const store::Reader& reader) {
  const base::HeapBytes heap = base::heapBytes();
  return bareJson(200, jsonOf([&](JsonWriter& json) {
                    json.beginObject().key("process").beginObject();
                    json.key("residentBytes").number(residentBytes());
                    json.key("heapBytes").number(heap.used);
                    json.key("freeHeapBytes").number(heap.kept).endObject();
                    json.key("parts").beginArray();
                    for (const base::Held& one : partsOf(shared, reader)) {
                      json.beginObject().key("part").string(one.part);
                      json.key("items").number(std::uint64_t{one.items});
                      json.key("bytes").number(std::uint64_t{one.bytes});
                      json.key("bytesPerItem")
                          .number(std::uint64_t{one.items == 0 ? 0 : one.bytes / one.items});
                      json.key("bound").string(one.bound).endObject();
                    }
                    json.endArray().key("timestamp").time(shared.services.clock.wall()).endObject();
                  }));
}

}  // namespace

void ping(CallPtr call) { call->answer(bareJson(200, R"({"message":"pong"})")); }

void healthz(CallPtr call) { call->answer(bareJson(200, R"({"status":"ok"})")); }

void readyz(CallPtr call) {
  const Services& services = call->services();
  if (services.chat.draining()) return call->answer(notReady("draining"));
  if (!services.writer.healthy()) return call->answer(notReady("the store cannot be written"));
  net::Loop& loop = call->loop();
  services.readers.query<bool>(
      loop,
      [](store::Reader& reader) -> base::Result<bool> {
        const auto nobody = reader.user({});
        if (!nobody) return base::fail(nobody.error());
        return true;
      },
      [call = std::move(call)](const base::Result<bool>& readable) {
        call->answer(readable ? bareJson(200, R"({"status":"ready"})")
                              : notReady("the store cannot be read"));
      });
}

void metrics(CallPtr call) {
  std::string text = metricsText(call->shared());
  if (text.empty()) return call->answer(Failure{});
  net::HttpResponse response;
  response.with("Content-Type", kMetricsType);
  response.body = std::move(text);
  call->answer(std::move(response));
}

void debugMemory(CallPtr call, store::UserRecord /*me*/) {
  // On a reader's thread: it walks all users.
  Shared& shared = call->shared();
  askStore<net::HttpResponse>(
      std::move(call),
      [&shared](store::Reader& reader) -> Answered<net::HttpResponse> {
        return memoryOf(shared, reader);
      },
      [](CallPtr asked, net::HttpResponse response) { asked->answer(std::move(response)); });
}

Answered<net::HttpResponse> debugSockets(const Asked& asked) {
  chat::ChatAdmin& chat = asked.services.chat;
  const std::vector<chat::ConnectedUser> users = chat.connectedUsers();
  return bareJson(
      200, jsonOf([&](JsonWriter& json) {
        json.beginObject().key("stats").beginObject();
        json.key("totalUsers").number(static_cast<std::uint64_t>(users.size()));
        json.key("totalRooms").number(static_cast<std::uint64_t>(chat.joinedConversations()));
        json.key("totalSockets").number(static_cast<std::uint64_t>(chat.connectedSockets()));
        json.endObject().key("users").beginArray();
        for (const chat::ConnectedUser& user : users) {
          json.beginObject().key("userId").id(user.userId).key("email").string(user.email);
          json.key("username").string(user.username).key("socketIds");
          writeTexts(json, user.socketIds);
          json.key("rooms");
          writeTexts(json, user.rooms);
          json.endObject();
        }
        json.endArray().key("timestamp").time(asked.services.clock.wall()).endObject();
      }));
}

}  // namespace rookery::api
