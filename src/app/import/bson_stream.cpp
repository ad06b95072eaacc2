#include <fmt/format.h>

#include <cstring>

#include "rookery/app/import/document_streams.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::uint32_t kArchiveMagic = 0x8199e26d;
constexpr std::uint32_t kEndOfBlock = 0xffffffff;
constexpr std::uint32_t kSmallest = 5;
/// 16 MiB is what MongoDB stores at most, and 16 KiB what it adds for itself.
constexpr std::uint32_t kLargest = (16U << 20) + (16U << 10);

std::uint32_t littleEndian(const char* at) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<std::uint8_t>(at[i]);
  return number;
}

/// Takes a file apart into documents and the marks between them.
class Parts {
 public:
  enum class Kind : std::uint8_t { kDocument, kTerminator, kEnd, kLost };

  explicit Parts(InputFile& file) : file_(file) {}

  Kind next() {
    char head[4];
    const std::size_t got = file_.read(head);
    if (got < sizeof head) return got == 0 && file_.problem().empty() ? Kind::kEnd : Kind::kLost;
    read_ += got;
    const std::uint32_t size = littleEndian(head);
    if (size == kEndOfBlock) return Kind::kTerminator;
    if (size < kSmallest || size > kLargest) return Kind::kLost;
    bytes_.resize(size);
    std::memcpy(bytes_.data(), head, sizeof head);
    const std::size_t rest = file_.read(std::span(bytes_).subspan(sizeof head));
    read_ += rest;
    return rest + sizeof head == size ? Kind::kDocument : Kind::kLost;
  }

  /// The document that next() found; nothing when it does not even end as one.
  [[nodiscard]] const bson_t* document() {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(bytes_.data());
    return bson_init_static(&bson_, bytes, bytes_.size()) ? &bson_ : nullptr;
  }
  [[nodiscard]] std::string place() const { return fmt::format("after byte {}", read_); }
  [[nodiscard]] std::string problem() const {
    return (file_.problem().empty() ? "no document begins or ends here" : file_.problem()) +
           "; the rest of the file was not read";
  }

 private:
  InputFile& file_;
  std::string bytes_;
  bson_t bson_;
  std::uint64_t read_ = 0;
};

Result<void> hand(Parts& parts, const Dump::Take& take, const Dump::Report& report) {
  const bson_t* bson = parts.document();
  if (bson == nullptr) {
    report(parts.place(), "damaged: the document has no end");
    return {};
  }
  const Document document(*bson);
  if (const auto problem = document.problem()) {
    report(document.label(), *problem);
    return {};
  }
  return take(document);
}

tl::unexpected<base::Error> damagedHead() {
  return base::fail(ErrorCode::kInvalidPayload, "the archive is damaged at its beginning");
}

}  // namespace

Result<void> eachBson(InputFile& file, const Dump::Take& take, const Dump::Report& report) {
  Parts parts(file);
  while (true) {
    switch (parts.next()) {
      case Parts::Kind::kDocument:
        if (const auto taken = hand(parts, take, report); !taken) return taken;
        break;
      case Parts::Kind::kEnd:
        return {};
      case Parts::Kind::kTerminator:
      case Parts::Kind::kLost:
        report(parts.place(), parts.problem());
        return {};
    }
  }
}

bool isArchive(InputFile& file) {
  char head[4];
  return file.read(head) == sizeof head && littleEndian(head) == kArchiveMagic;
}

// magic, a document about the dump, one for each collection, a terminator; then blocks: a document
// that names database and collection, documents of it, a terminator.
Result<void> eachArchivedName(
    InputFile& file, const std::function<void(const std::string&, const std::string&)>& take) {
  if (!isArchive(file)) return damagedHead();
  Parts parts(file);
  if (parts.next() != Parts::Kind::kDocument) return damagedHead();
  Parts::Kind kind{};
  while ((kind = parts.next()) == Parts::Kind::kDocument) {
    const bson_t* bson = parts.document();
    if (bson == nullptr) return damagedHead();
    const Document named(*bson);
    take(named.text("db").value_or(""), named.text("collection").value_or(""));
  }
  return kind == Parts::Kind::kTerminator ? Result<void>{} : damagedHead();
}

Result<void> eachArchived(InputFile& file, const std::string& collection, const Dump::Take& take,
                          const Dump::Report& report) {
  if (const auto head = eachArchivedName(file, [](const auto&, const auto&) {}); !head) return head;
  Parts parts(file);
  bool isBlockOpen = false;
  bool isWanted = false;
  while (true) {
    switch (parts.next()) {
      case Parts::Kind::kDocument: {
        if (isBlockOpen) {
          if (!isWanted) break;
          if (const auto taken = hand(parts, take, report); !taken) return taken;
          break;
        }
        const bson_t* bson = parts.document();
        isBlockOpen = true;
        isWanted = bson != nullptr && Document(*bson).text("collection") == collection;
        break;
      }
      case Parts::Kind::kTerminator:
        isBlockOpen = false;
        break;
      case Parts::Kind::kEnd:
        return {};
      case Parts::Kind::kLost:
        report(parts.place(), parts.problem());
        return {};
    }
  }
}

}  // namespace rookery::app
