#include "rookery/app/import/document.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "rookery/base/encoding.h"

namespace rookery::app {
namespace {

using base::ObjectId;

std::optional<bson_iter_t> find(const bson_t& bson, const char* name) {
  bson_iter_t at;
  if (!bson_iter_init_find(&at, &bson, name)) return std::nullopt;
  return at;
}

/// The document at `at`, without a copy.
bool viewOf(const bson_iter_t& at, bson_t& view) {
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  if (BSON_ITER_HOLDS_DOCUMENT(&at)) {
    bson_iter_document(&at, &size, &bytes);
  } else if (BSON_ITER_HOLDS_ARRAY(&at)) {
    bson_iter_array(&at, &size, &bytes);
  }
  return bytes != nullptr && bson_init_static(&view, bytes, size);
}

std::optional<ObjectId> idAt(const bson_iter_t& at) {
  if (BSON_ITER_HOLDS_OID(&at)) {
    ObjectId id;
    std::memcpy(id.bytes.data(), bson_iter_oid(&at)->bytes, ObjectId::kBytes);
    return id;
  }
  if (BSON_ITER_HOLDS_UTF8(&at)) {
    std::uint32_t size = 0;
    const char* text = bson_iter_utf8(&at, &size);
    return ObjectId::parse({text, size});
  }
  bson_t inner;
  if (BSON_ITER_HOLDS_DOCUMENT(&at) && viewOf(at, inner)) return Document(inner).id("_id");
  return std::nullopt;
}

}  // namespace

/// libbson's own look at texts lets bytes pass that no UTF-8 has.
std::optional<std::string> Document::problem() const {
  bson_error_t error;
  if (!bson_validate_with_error(bson_, BSON_VALIDATE_NONE, &error)) {
    return std::string("damaged: ") + error.message;
  }
  bson_iter_t at;
  if (!bson_iter_init(&at, bson_)) return "damaged";
  while (bson_iter_next(&at)) {
    if (!BSON_ITER_HOLDS_UTF8(&at)) continue;
    std::uint32_t size = 0;
    const char* bytes = bson_iter_utf8(&at, &size);
    const std::string_view text(bytes, size);
    if (!base::isUtf8(text)) return fmt::format("damaged: its {} is no UTF-8", bson_iter_key(&at));
    if (text.find('\0') != std::string_view::npos) {
      return fmt::format("there is a NUL in its {}", bson_iter_key(&at));
    }
  }
  return std::nullopt;
}

bool Document::has(const char* name) const { return find(*bson_, name).has_value(); }

std::optional<ObjectId> Document::id(const char* name) const {
  const auto at = find(*bson_, name);
  return at ? idAt(*at) : std::nullopt;
}

std::optional<std::string> Document::text(const char* name) const {
  const auto at = find(*bson_, name);
  if (!at || !BSON_ITER_HOLDS_UTF8(&*at)) return std::nullopt;
  std::uint32_t size = 0;
  const char* text = bson_iter_utf8(&*at, &size);
  return std::string(text, size);
}

std::optional<base::WallMs> Document::time(const char* name) const {
  const auto at = find(*bson_, name);
  if (!at) return std::nullopt;
  if (BSON_ITER_HOLDS_DATE_TIME(&*at)) return bson_iter_date_time(&*at);
  if (BSON_ITER_HOLDS_INT64(&*at)) return bson_iter_int64(&*at);
  if (BSON_ITER_HOLDS_DOUBLE(&*at) && std::abs(bson_iter_double(&*at)) < 1e15) {
    return static_cast<base::WallMs>(bson_iter_double(&*at));
  }
  return std::nullopt;
}

void Document::each(const char* name, const std::function<void(const Document&)>& take) const {
  const auto at = find(*bson_, name);
  bson_t array;
  bson_iter_t element;
  if (!at || !BSON_ITER_HOLDS_ARRAY(&*at) || !viewOf(*at, array)) return;
  if (!bson_iter_init(&element, &array)) return;
  while (bson_iter_next(&element)) {
    bson_t inner;
    if (BSON_ITER_HOLDS_DOCUMENT(&element) && viewOf(element, inner)) {
      take(Document(inner));
      continue;
    }
    bson_t wrapped = BSON_INITIALIZER;
    if (bson_append_iter(&wrapped, "value", -1, &element)) take(Document(wrapped));
    bson_destroy(&wrapped);
  }
}

std::string Document::label() const {
  const auto at = find(*bson_, "_id");
  if (!at) return "without an _id";
  if (const auto id = idAt(*at)) return id->hex();
  return text("_id").value_or("with an _id of another kind");
}

base::WallMs timeOf(const ObjectId& id) {
  std::uint32_t seconds = 0;
  for (int i = 0; i < 4; ++i) seconds = seconds << 8 | id.bytes[static_cast<std::size_t>(i)];
  return base::WallMs{seconds} * 1000;
}

}  // namespace rookery::app
