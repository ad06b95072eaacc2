#include "rookery/net/request_head_check.h"

#include <algorithm>
#include <array>

#include "rookery/net/ascii.h"

namespace rookery::net {
namespace {

/// More would only cost memory: each becomes two strings.
constexpr std::size_t kMaxFields = 256;

constexpr HttpRefusal bad(std::string_view text) { return {400, text}; }

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Characters of a token (RFC 9110 §5.6.2).
constexpr std::array<bool, 256> makeTokenTable() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kTokenTable = makeTokenTable();

/// Neither control characters nor DEL; a tab may stand in a value.
constexpr std::array<bool, 256> makePlainTable() {
  std::array<bool, 256> table{};
  for (std::size_t i = 0x20; i < table.size(); ++i) table[i] = i != 0x7F;
  table['\t'] = true;
  return table;
}
constexpr auto kPlainTable = makePlainTable();

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kTokenTable[static_cast<unsigned char>(c)];
  });
}

HttpRefusal checkRequestLine(std::string_view line, bool& http10) {
  const auto method = takeUntil(line, ' ');
  const auto target = takeUntil(line, ' ');
  const auto version = line;
  if (!isToken(method) || target.empty() || target.find('\t') != std::string_view::npos) {
    return bad("the request line is malformed");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/") || !isDigit(version[5]) ||
      version[6] != '.' || !isDigit(version[7])) {
    return bad("the request line is malformed");
  }
  http10 = version == "HTTP/1.0";
  if (!http10 && version != "HTTP/1.1") return {505, "the HTTP version is not supported"};
  return {};
}

/// The fields that say where a request ends and whom it is for.
class FramingFields {
 public:
  HttpRefusal add(std::string_view name, std::string_view value) {
    if (equalsIgnoringCase(name, "Content-Length")) return addLength(value);
    if (equalsIgnoringCase(name, "Transfer-Encoding")) return addCoding(value);
    if (equalsIgnoringCase(name, "Host")) return addHost(value);
    return {};
  }

  [[nodiscard]] HttpRefusal check(bool http10) const {
    if (chunked_ && length_) return bad("both Content-Length and Transfer-Encoding");
    if (chunked_ && http10) return bad("Transfer-Encoding in HTTP/1.0");
    if (!host_ && !http10) return bad("Host is missing");
    return {};
  }

 private:
  HttpRefusal addLength(std::string_view value) {
    if (length_) return bad("Content-Length is doubled");
    length_ = true;
    // 18 digits cannot overflow, and no body is that long.
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), isDigit)) {
      return bad("Content-Length is not a number");
    }
    return {};
  }

  HttpRefusal addCoding(std::string_view value) {
    if (chunked_) return bad("Transfer-Encoding is doubled");
    chunked_ = true;
    if (equalsIgnoringCase(value, "chunked")) return {};
    const auto comma = value.rfind(',');
    const auto last = comma == std::string_view::npos ? value : value.substr(comma + 1);
    if (!equalsIgnoringCase(trim(last), "chunked")) {
      return bad("chunked is not the last transfer coding");
    }
    return {501, "the transfer coding is not supported"};
  }

  HttpRefusal addHost(std::string_view value) {
    if (host_) return bad("Host is doubled");
    host_ = true;
    if (value.find_first_of(" \t,/?#@\\") != std::string_view::npos)
      return bad("Host is malformed");
    return {};
  }

  bool length_ = false;
  bool chunked_ = false;
  bool host_ = false;
};

}  // namespace

HeadScanner::Status HeadScanner::scan(std::span<const std::uint8_t> bytes, std::size_t& used) {
  const auto refuse = [this](HttpRefusal refusal) {
    refusal_ = refusal;
    return Status::kRefused;
  };
  for (used = 0; used < bytes.size();) {
    const std::uint8_t byte = bytes[used++];
    if (++bytes_ > maxBytes_) return refuse({431, "the head is too long"});
    if (!afterCr_) {
      if (kPlainTable[byte]) {
        begun_ = inLine_ = true;
        continue;
      }
      if (byte == '\n') return refuse(bad("LF without CR"));
      if (byte != '\r') return refuse(bad("a control character in the head"));
      afterCr_ = true;
      continue;
    }
    if (byte != '\n') return refuse(bad("CR without LF"));
    afterCr_ = false;
    if (inLine_) {
      inLine_ = false;
      continue;
    }
    if (begun_) return Status::kEnd;
    if (emptyLineSeen_) return refuse(bad("empty lines instead of a request"));
    emptyLineSeen_ = true;
    bytes_ = 0;
    return Status::kEmptyLine;
  }
  return Status::kNeedMore;
}

HttpRefusal checkRequestHead(std::string_view head) {
  const auto takeLine = [&head] {
    auto line = takeUntil(head, '\n');
    line.remove_suffix(1);
    return line;
  };
  bool http10 = false;
  if (const auto refusal = checkRequestLine(takeLine(), http10)) return refusal;

  FramingFields framing;
  std::size_t fields = 0;
  for (auto line = takeLine(); !line.empty(); line = takeLine()) {
    if (++fields > kMaxFields) return {431, "too many header fields"};
    if (line.front() == ' ' || line.front() == '\t') return bad("a header field is folded");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return bad("a header field without a colon");
    const auto name = line.substr(0, colon);
    if (!isToken(name)) return bad("the name of a header field is malformed");
    if (const auto refusal = framing.add(name, trim(line.substr(colon + 1)))) return refusal;
  }
  return framing.check(http10);
}

}  // namespace rookery::net
