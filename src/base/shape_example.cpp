#include "rookery/base/shape_example.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rookery/base/check.h"

namespace rookery::base {
namespace {

using Sample = std::pair<std::string_view, std::string_view>;

/// JSON of the schemas that are JSON Schema themselves.
constexpr std::array kSchemaSamples = {
    Sample{"Id", R"("65f0c0ffee5ec0de00000001")"},
    Sample{"GivenId", R"("65f0c0ffee5ec0de00000001")"},
    Sample{"Time", R"("2026-01-31T09:30:00.000Z")"},
    Sample{"Url", R"("https://chat.example.org/avatar/default.png")"},
    Sample{"TempId", R"("temp_1769851800000_k3j9x0q2a")"},
    Sample{"True", "true"},
    Sample{"False", "false"},
};

/// Texts by the names of their members; all others say their name.
constexpr std::array kTextSamples = {
    Sample{"_id", "65f0c0ffee5ec0de00000001"},
    Sample{"roomId", "65f0c0ffee5ec0de00000001"},
    Sample{"channelId", "65f0c0ffee5ec0de00000001"},
    Sample{"body", "Good morning"},
    Sample{"preview", "Good morning"},
    Sample{"snippet", "Good <mark>morning</mark>"},
    Sample{"emoji", "👍"},
    Sample{"username", "ada"},
    Sample{"email", "ada@example.org"},
    Sample{"name", "general"},
    Sample{"message", "What happened, for people"},
    Sample{"query", "morning from:ada"},
    Sample{"token", "<a token of POST /users/signin>"},
};

template <std::size_t n>
const std::string_view* sampleOf(const std::array<Sample, n>& samples, std::string_view name) {
  const auto at = std::find_if(samples.begin(), samples.end(),
                               [&](const Sample& one) { return one.first == name; });
  return at == samples.end() ? nullptr : &at->second;
}

class ExampleWriter {
 public:
  ExampleWriter(JsonWriter& json, std::span<const Schema> schemas)
      : json_(json), schemas_(schemas) {}

  void object(const std::vector<ShapeMember>& members) {
    json_.beginObject();
    for (const ShapeMember& member : members) {
      if (member.isOptional && member.name != "roomId") continue;
      json_.key(member.name);
      if (member.isList) json_.beginArray();
      value(member);
      if (member.isList) json_.endArray();
    }
    json_.endObject();
  }

  void schema(std::string_view name) {
    const std::string_view* const sample = sampleOf(kSchemaSamples, name);
    if (sample != nullptr) {
      json_.raw(*sample);
      return;
    }
    const auto at = std::find_if(schemas_.begin(), schemas_.end(),
                                 [&](const Schema& one) { return one.name == name; });
    ROOKERY_CHECK(at != schemas_.end() && at->form != Schema::Form::kJson);
    object(readShape(at->text));
  }

 private:
  void value(const ShapeMember& member) {
    if (member.form == ShapeMember::Form::kObject) {
      object(member.members);
    } else if (member.form == ShapeMember::Form::kChoice) {
      json_.string(member.words.front());
    } else if (member.type == "Text") {
      const std::string_view* const sample = sampleOf(kTextSamples, member.name);
      json_.string(sample == nullptr ? member.name : *sample);
    } else if (member.type == "Number") {
      json_.number(std::int64_t{1});
    } else if (member.type == "Flag") {
      json_.boolean(true);
    } else if (member.type == "Any") {
      json_.beginObject().endObject();
    } else {
      schema(member.type);
    }
  }

  JsonWriter& json_;
  const std::span<const Schema> schemas_;
};

}  // namespace

void writeExample(JsonWriter& json, std::string_view shape, std::span<const Schema> schemas) {
  ExampleWriter(json, schemas).object(readShape(shape));
}

void writeSchemaExample(JsonWriter& json, std::string_view name, std::span<const Schema> schemas) {
  ExampleWriter(json, schemas).schema(name);
}

}  // namespace rookery::base
