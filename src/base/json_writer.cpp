#include "rookery/base/json_writer.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <charconv>
#include <cmath>

#include "rookery/base/iso_time.h"

namespace rookery::base {
namespace {

bool needsEscape(char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\'; }

/// Length of the leading run of `text` that needs no escape.
std::size_t plainRun(std::string_view text) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i lastControl = _mm_set1_epi8(0x1f);
  for (; i + 16 <= text.size(); i += 16) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(chunk, lastControl), chunk);
    const __m128i special =
        _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash));
    const int mask = _mm_movemask_epi8(_mm_or_si128(control, special));
    if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
#endif
  while (i < text.size() && !needsEscape(text[i])) ++i;
  return i;
}

void appendEscape(std::string& out, char c) {
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\b': out.append("\\b"); return;
    case '\f': out.append("\\f"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(c);
  const char escape[] = {'\\', 'u', '0', '0', kDigits[byte >> 4], kDigits[byte & 15]};
  out.append(escape, sizeof escape);
}

template <typename Number>
void appendNumber(std::string& out, Number value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const std::size_t run = plainRun(text);
    out.append(text.substr(0, run));
    if (run == text.size()) break;
    appendEscape(out, text[run]);
    text.remove_prefix(run + 1);
  }
  out += '"';
}

JsonWriter& JsonWriter::number(std::int64_t value) {
  comma();
  appendNumber(out_, value);
  return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
  comma();
  appendNumber(out_, value);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();
  comma();
  appendNumber(out_, value);
  return *this;
}

JsonWriter& JsonWriter::id(const ObjectId& id) {
  comma();
  char text[ObjectId::kHexDigits + 2];
  text[0] = text[sizeof text - 1] = '"';
  id.writeHex(text + 1);
  out_.append(text, sizeof text);
  return *this;
}

JsonWriter& JsonWriter::time(WallMs ms) {
  comma();
  char text[kIsoTimeLength + 2];
  text[0] = text[sizeof text - 1] = '"';
  writeIsoTime(ms, text + 1);
  out_.append(text, sizeof text);
  return *this;
}

}  // namespace rookery::base
