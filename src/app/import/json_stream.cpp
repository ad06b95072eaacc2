#include <fmt/format.h>

#include "rookery/app/import/document_streams.h"

namespace rookery::app {
namespace {

using base::Result;

/// As text a document may take more than the 16 MiB of its BSON.
constexpr std::size_t kLargest = 64UL << 20;

/// Cuts the text into objects, whatever stands between them: line ends, or `[`, `,` and `]`.
class Objects {
 public:
  explicit Objects(InputFile& file) : file_(file) {}

  /// The next object's text; nothing at the end.
  std::optional<std::string_view> next() {
    object_.clear();
    char at = 0;
    while (take(at)) {
      if (at == '{') return readRest();
      if (at != '[' && at != ']' && at != ',' && !isSpace(at)) {
        object_ += at;
        skipLine();
        return object_;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string place() const { return fmt::format("in line {}", line_); }
  [[nodiscard]] const std::string& problem() const { return file_.problem(); }

 private:
  static bool isSpace(char at) { return at == ' ' || at == '\t' || at == '\r' || at == '\n'; }

  bool take(char& at) {
    if (read_ == filled_) {
      filled_ = file_.read(buffer_);
      read_ = 0;
      if (filled_ == 0) return false;
    }
    at = buffer_[read_++];
    if (at == '\n') ++line_;
    return true;
  }

  /// To the object's own end, or to that of its line when it has none.
  std::string_view readRest() {
    object_ = "{";
    int depth = 1;
    bool isInText = false;
    char at = 0;
    while (depth > 0 && object_.size() < kLargest && take(at)) {
      object_ += at;
      if (isInText) {
        if (at == '\n') break;  // texts have no line ends: its end quote was lost
        if (at == '\\' && take(at))
          object_ += at;
        else if (at == '"')
          isInText = false;
      } else if (at == '"') {
        isInText = true;
      } else if (at == '{') {
        ++depth;
      } else if (at == '}') {
        --depth;
      }
    }
    if (object_.size() >= kLargest) skipLine();
    return object_;
  }

  void skipLine() {
    char at = 0;
    while (take(at) && at != '\n') {
      if (object_.size() < kLargest) object_ += at;
    }
  }

  InputFile& file_;
  std::string object_;
  std::string buffer_ = std::string(64UL << 10, '\0');
  std::size_t read_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t line_ = 1;
};

/// bson_t is over-aligned, which a unique_ptr of it would drop.
struct Owner {
  bson_t* bson;
  ~Owner() { bson_destroy(bson); }
};

/// The `_id` of a text that is no document, for the report.
std::string labelIn(std::string_view text) {
  const std::size_t at = text.find("\"$oid\"");
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t first = at == std::string_view::npos ? at : text.find_first_of(kDigits, at + 6);
  if (first == std::string_view::npos) return {};
  const std::string_view id = text.substr(first, base::ObjectId::kHexDigits);
  return base::ObjectId::parse(id) ? std::string(id) : std::string();
}

}  // namespace

Result<void> eachJson(InputFile& file, const Dump::Take& take, const Dump::Report& report) {
  Objects objects(file);
  while (const auto text = objects.next()) {
    bson_error_t error;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text->data());
    bson_t* bson = bson_new_from_json(bytes, static_cast<ssize_t>(text->size()), &error);
    if (bson == nullptr) {
      const std::string label = labelIn(*text);
      report(label.empty() ? objects.place() : label, std::string("damaged: ") + error.message);
      continue;
    }
    const Owner owner{bson};
    const Document document(*bson);
    if (const auto problem = document.problem()) {
      report(document.label(), *problem);
    } else if (const auto taken = take(document); !taken) {
      return taken;
    }
  }
  if (!objects.problem().empty()) report(objects.place(), objects.problem());
  return {};
}

}  // namespace rookery::app
