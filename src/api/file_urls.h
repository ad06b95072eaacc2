#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rookery/api/failure.h"
#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"
#include "rookery/net/http_message.h"

/// The addresses of files. Whoever knows one may read it: its id cannot be guessed. Writing, and
/// reading by an address that is to be good for a short time, takes a signature in its query.
/// Thread: any.
namespace rookery::api {

inline constexpr std::string_view kFilesPath = "/api/v1/files/";
inline constexpr base::WallMs kUrlLifeMs = 120'000;
inline constexpr std::string_view kUrlPurpose = "file addresses";  ///< for Tokens::keyFor()

/// What an upload's address allows: one PUT of one file.
struct UploadGrant {
  std::string id;  ///< files::isFileId()
  base::ObjectId owner;
  std::string name;
  std::string mark;        ///< FileRecord::mark
  std::string type;        ///< what Content-Type must be; empty: may be anything
  std::uint64_t most = 0;  ///< bytes
  base::WallMs expiresAt = 0;
};

/// Absolute, with its signature.
[[nodiscard]] std::string uploadUrl(std::string_view key, std::string_view publicUrl,
                                    const UploadGrant& grant);
/// Of a request; 403 when it was not signed so, or its time is over.
[[nodiscard]] Answered<UploadGrant> uploadGrant(std::string_view key, const net::HttpHead& head,
                                                base::WallMs now);

/// Absolute, good until `expiresAt`; what it leads to is to be saved, not shown.
[[nodiscard]] std::string downloadUrl(std::string_view key, std::string_view publicUrl,
                                      std::string_view id, base::WallMs expiresAt);
/// Whether the request comes by such an address; 403 when that was not signed, or its time is over.
[[nodiscard]] Answered<bool> isDownload(std::string_view key, const net::HttpHead& head,
                                        base::WallMs now);

/// The path of a file on this server; `extension` with its dot, or empty.
[[nodiscard]] std::string filePath(std::string_view id, std::string_view extension);
/// The id in the last part of a path, with or without an extension; nothing when there is none.
[[nodiscard]] std::optional<std::string> fileIdIn(std::string_view segment);
/// The id of the file of this server that an address or a path names; nothing when it names none.
[[nodiscard]] std::optional<std::string> fileIdOfUrl(std::string_view url,
                                                     std::string_view publicUrl);

/// RFC 3986 §2.1: all but the unreserved characters.
[[nodiscard]] std::string percentEncoded(std::string_view text);

}  // namespace rookery::api
