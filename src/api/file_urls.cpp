#include "rookery/api/file_urls.h"

#include <fmt/format.h>

#include <charconv>

#include "rookery/base/digest.h"
#include "rookery/base/encoding.h"
#include "rookery/files/file_store.h"

namespace rookery::api {
namespace {

constexpr std::string_view kSignature = "&signature=";

std::string signatureOf(std::string_view key, std::string_view method, std::string_view target) {
  return base::base64Url(
      base::asBytes(base::hmacSha256(key, fmt::format("{}\n{}", method, target))));
}

std::string signedTarget(std::string_view key, std::string_view method, std::string target) {
  const std::string signature = signatureOf(key, method, target);
  return target.append(kSignature).append(signature);
}

/// Whether the whole target was signed for `method`, and its time is not over.
Answered<void> checkSignature(std::string_view key, std::string_view method,
                              const net::HttpHead& head, base::WallMs now) {
  const std::string_view target = head.target;
  const std::size_t at = target.rfind(kSignature);
  const bool isSigned = at != std::string_view::npos &&
                        base::equalInConstantTime(target.substr(at + kSignature.size()),
                                                  signatureOf(key, method, target.substr(0, at)));
  if (!isSigned) return refuse(403, "This address was not signed by this server");
  base::WallMs until = 0;
  const std::string expires = head.parameter("expires").value_or("");
  std::from_chars(expires.data(), expires.data() + expires.size(), until);
  if (now >= until) return refuse(403, "This address is good no more");
  return {};
}

std::string_view lastSegment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string percentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (isPlain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<std::uint8_t>(c));
    }
  }
  return out;
}

std::string uploadUrl(std::string_view key, std::string_view publicUrl, const UploadGrant& grant) {
  std::string target =
      fmt::format("{}{}?user={}&name={}&time={}&type={}&size={}&expires={}", kFilesPath, grant.id,
                  grant.owner.hex(), percentEncoded(grant.name), grant.mark,
                  percentEncoded(grant.type), grant.most, grant.expiresAt);
  return std::string(publicUrl) + signedTarget(key, "PUT", std::move(target));
}

Answered<UploadGrant> uploadGrant(std::string_view key, const net::HttpHead& head,
                                  base::WallMs now) {
  if (const auto checked = checkSignature(key, "PUT", head, now); !checked) {
    return tl::unexpected(checked.error());
  }
  // What was signed is whole, as it was written here.
  UploadGrant grant;
  grant.id = lastSegment(head.path());
  grant.owner =
      base::ObjectId::parse(head.parameter("user").value_or("")).value_or(base::ObjectId());
  grant.name = head.parameter("name").value_or("");
  grant.mark = head.parameter("time").value_or("");
  grant.type = head.parameter("type").value_or("");
  const std::string size = head.parameter("size").value_or("");
  std::from_chars(size.data(), size.data() + size.size(), grant.most);
  return grant;
}

std::string downloadUrl(std::string_view key, std::string_view publicUrl, std::string_view id,
                        base::WallMs expiresAt) {
  return std::string(publicUrl) +
         signedTarget(key, "GET", fmt::format("{}{}?expires={}", kFilesPath, id, expiresAt));
}

Answered<bool> isDownload(std::string_view key, const net::HttpHead& head, base::WallMs now) {
  if (!head.parameter("signature")) return false;
  if (const auto checked = checkSignature(key, "GET", head, now); !checked) {
    return tl::unexpected(checked.error());
  }
  return true;
}

std::string filePath(std::string_view id, std::string_view extension) {
  return fmt::format("{}{}{}", kFilesPath, id, extension);
}

std::optional<std::string> fileIdIn(std::string_view segment) {
  const std::string_view id = segment.substr(0, segment.find('.'));
  return files::isFileId(id) ? std::optional<std::string>(id) : std::nullopt;
}

std::optional<std::string> fileIdOfUrl(std::string_view url, std::string_view publicUrl) {
  if (url.starts_with(publicUrl)) url.remove_prefix(publicUrl.size());
  if (!url.starts_with(kFilesPath)) return std::nullopt;
  const std::string_view segment = url.substr(kFilesPath.size());
  return fileIdIn(segment.substr(0, segment.find('?')));
}

}  // namespace rookery::api
