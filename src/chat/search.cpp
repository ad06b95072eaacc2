#include "rookery/chat/search.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "rookery/chat/message_history.h"
#include "rookery/chat/search_query.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using base::ObjectId;

constexpr std::size_t kMostConversations = 2'000;  // that one query looks through

/// All that somebody may read, with the workspace of each; null for a room.
struct Readable {
  std::unordered_map<ObjectId, ObjectId, base::ObjectIdHash> workspaceOf;
  std::vector<store::ChannelRecord> channels;
  std::vector<ObjectId> ids;  ///< the rooms with the newest messages first

  void add(const ObjectId& conversation, const ObjectId& workspace) {
    if (ids.size() >= kMostConversations) return;
    if (workspaceOf.emplace(conversation, workspace).second) ids.push_back(conversation);
  }
};

base::Result<Readable> readableFor(store::Reader& reader, const ObjectId& user) {
  Readable all;
  const auto workspaces = reader.workspacesOf(user);
  if (!workspaces) return base::fail(workspaces.error());
  std::vector<ObjectId> ids;
  for (const store::WorkspaceRecord& one : *workspaces) ids.push_back(one.id);
  auto channels = reader.channels(ids);
  if (!channels) return base::fail(channels.error());
  for (const store::ChannelRecord& one : *channels) all.add(one.id, one.workspaceId);
  all.channels = std::move(*channels);
  const auto rooms = reader.roomsOf(user);
  if (!rooms) return base::fail(rooms.error());
  for (const store::RoomRecord& one : *rooms) all.add(one.id, {});
  return all;
}

bool sameName(std::string_view a, std::string_view b) {
  const auto folded = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return folded(x) == folded(y); });
}

/// What `in:` means: an id, or every channel of that name.
std::vector<ObjectId> placesNamed(const Readable& readable, const std::string& name) {
  if (const auto id = ObjectId::parse(name); id && readable.workspaceOf.contains(*id)) return {*id};
  std::vector<ObjectId> found;
  for (const store::ChannelRecord& one : readable.channels) {
    if (sameName(one.name, name)) found.push_back(one.id);
  }
  return found;
}

std::string htmlOf(std::string_view snippet) {
  std::string html;
  for (const char one : snippet) {
    switch (one) {
      case store::kHitBegins:
        html += "<mark>";
        break;
      case store::kHitEnds:
        html += "</mark>";
        break;
      case '&':
        html += "&amp;";
        break;
      case store::kLessThan:
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += one;
    }
  }
  return html;
}

base::Result<std::uint64_t> cursorOf(const std::string& text) {
  std::uint64_t place = 0;
  if (text.empty()) return place;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
  if (error == std::errc() && end == text.data() + text.size() && place > 0) return place;
  return base::fail(ErrorCode::kInvalidPayload, "cursor is of no answer");
}

/// The query for the store; no conversations: nothing can be found.
base::Result<store::SearchQuery> queryFor(store::Reader& reader, const Readable& readable,
                                          const SearchRequest& request) {
  auto parsed = parseQuery(request.query);
  if (!parsed) return base::fail(parsed.error());
  const auto cursor = cursorOf(request.cursor);
  if (!cursor) return base::fail(cursor.error());
  store::SearchQuery query;
  query.terms = std::move(parsed->terms);
  query.before = *cursor;
  query.limit = request.limit;
  if (parsed->notBefore) query.from = *parsed->notBefore;
  if (parsed->before) query.to = *parsed->before;
  query.conversations = parsed->in ? placesNamed(readable, *parsed->in) : readable.ids;
  if (request.conversation) {
    if (!readable.workspaceOf.contains(*request.conversation)) {
      return base::fail(ErrorCode::kForbidden, "You do not take part in this conversation");
    }
    const bool isAmong = std::find(query.conversations.begin(), query.conversations.end(),
                                   *request.conversation) != query.conversations.end();
    query.conversations.clear();
    if (isAmong) query.conversations.push_back(*request.conversation);
  }
  if (!parsed->from) return query;
  const auto sender = reader.userByUsername(*parsed->from);
  if (!sender) return base::fail(sender.error());
  if (sender->has_value()) {
    query.sender = (*sender)->id;
  } else {
    query.conversations.clear();
  }
  return query;
}

}  // namespace

base::Result<std::string> searchMessages(store::Reader& reader, const ObjectId& user,
                                         const SearchRequest& request,
                                         const std::string& publicUrl) {
  const auto readable = readableFor(reader, user);
  if (!readable) return base::fail(readable.error());
  auto query = queryFor(reader, *readable, request);
  if (!query) return base::fail(query.error());
  std::vector<store::SearchHit> hits;
  if (!query->conversations.empty()) {
    query->limit = request.limit + 1;
    auto found = reader.search(*query);
    if (!found) return base::fail(found.error());
    hits = std::move(*found);
  }
  const bool hasMore = hits.size() > request.limit;
  if (hasMore) hits.pop_back();
  std::vector<store::StoredMessage> messages;
  for (const store::SearchHit& hit : hits) messages.push_back(hit.message);
  const auto history = MessageHistory::read(reader, messages, user, publicUrl);
  if (!history) return base::fail(history.error());

  std::string data;
  base::JsonWriter json(data);
  json.beginObject().key("matches").beginArray();
  for (const store::SearchHit& hit : hits) {
    json.beginObject().key("message");
    const auto where = readable->workspaceOf.find(hit.message.conversationId);
    history->write(json, hit.message,
                   where == readable->workspaceOf.end() ? ObjectId() : where->second);
    json.key("snippet").string(htmlOf(hit.snippet)).endObject();
  }
  json.endArray().key("nextCursor");
  hasMore ? json.string(std::to_string(hits.back().place)) : json.null();
  json.endObject();
  return data;
}

}  // namespace rookery::chat
