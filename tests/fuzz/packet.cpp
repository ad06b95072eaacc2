// Socket.IO packets with their attachments: a head that is read is written the same, and arguments
// come out with every placeholder naming a buffer.

#include "rookery/socketio/packet.h"
#include "fuzz/target.h"
#include "rookery/base/json.h"
#include "rookery/socketio/args.h"

namespace rookery::fuzz {
namespace {

void readArguments(std::string_view json, const std::vector<std::string>& attachments) {
  base::JsonParser parser;
  base::JsonArray array;
  const auto value = parser.parse(json);
  if (!value || value->get(array) != simdjson::SUCCESS) return;
  const std::vector<base::JsonValue> values(array.begin(), array.end());
  const auto args = socketio::Args::received(socketio::insideBrackets(json), values, attachments);
  base::JsonParser again;
  const std::string text = "[" + args.json() + "]";
  require(again.parse(text).has_value(), "arguments stay JSON");
  if (!values.empty() && values[0].is_string()) {
    const std::string behind = "[" + std::string(socketio::behindFirstValue(json)) + "]";
    base::JsonArray rest;
    const auto parsed = again.parse(behind);
    require(parsed && parsed->get(rest) == simdjson::SUCCESS, "what is behind the name stays JSON");
    require(rest.size() + 1 == values.size(), "nothing but the name is taken off");
  }
}

}  // namespace

void runOnce(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  const std::vector<std::string> attachments(bytes[0] % 4, "bytes");
  const std::string_view text = asText(bytes.subspan(1));
  const auto head = socketio::decodeHead(text);
  if (!head) return;
  require(head->attachments <= 10, "no more attachments than are allowed");
  readArguments(head->json, attachments);
  if (head->nsp.find(',') != std::string_view::npos) return;
  std::string written;
  socketio::appendHead(written, *head);
  written += head->json;
  const auto again = socketio::decodeHead(written);
  require(again.has_value(), "what is written is read");
  socketio::PacketHead same = *again;
  same.query = head->query;  // is not written
  require(same == *head, "what is read is written the same");
}

}  // namespace rookery::fuzz
