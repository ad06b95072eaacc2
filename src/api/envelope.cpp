#include "rookery/api/envelope.h"

#include <algorithm>
#include <utility>

#include "rookery/base/json_writer.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using net::HttpResponse;

constexpr std::size_t kEnvelopeBytes = 160;

std::string withRoomFor(std::string_view message, std::string_view data) {
  std::string body;
  body.reserve(kEnvelopeBytes + 3 * message.size() + data.size());
  return body;
}

}  // namespace

HttpResponse bareJson(unsigned status, std::string json) {
  HttpResponse response;
  response.status = status;
  response.with("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(json);
  return response;
}

HttpResponse envelopeA(unsigned status, std::string_view message, std::string_view data) {
  std::string body = withRoomFor(message, data);
  JsonWriter json(body);
  json.beginObject().key("success").boolean(true);
  json.key("messgae").string(message).key("message").string(message);
  json.key("data").raw(data).endObject();
  return bareJson(status, std::move(body));
}

HttpResponse envelopeB(unsigned status, std::string_view message, std::string_view data) {
  std::string body = withRoomFor(message, data);
  JsonWriter json(body);
  json.beginObject().key("success").boolean(true).key("message").string(message);
  json.key("data").raw(data).key("err").beginObject().endObject().endObject();
  return bareJson(status, std::move(body));
}

HttpResponse envelopeC(unsigned status, std::string_view message, std::string_view data) {
  std::string body = withRoomFor(message, data);
  JsonWriter json(body);
  json.beginObject().key("success").boolean(true).key("message").string(message);
  json.key("data").beginObject().key("data").raw(data);
  json.key("messgae").string(message).key("message").string(message).endObject();
  json.key("err").beginObject().endObject().endObject();
  return bareJson(status, std::move(body));
}

HttpResponse envelopeOf(const Failure& failure) {
  std::string body;
  JsonWriter json(body);
  json.beginObject().key("success").boolean(false).key("err");
  if (failure.explanations.empty()) {
    json.string(failure.message);
  } else {
    json.beginArray();
    for (const std::string& explanation : failure.explanations) json.string(explanation);
    json.endArray();
  }
  json.key("data").beginObject().endObject();
  json.key("message").string(failure.message).endObject();
  HttpResponse response = bareJson(failure.status, std::move(body));
  if (failure.retryAfterMs > 0) {
    // Whole seconds (RFC 9110 §10.2.3), never earlier than stated.
    response.with("Retry-After", std::to_string((failure.retryAfterMs + 999) / 1000));
  }
  return response;
}

}  // namespace rookery::api
