#pragma once

#include "rookery/api/call.h"

/// Files: addresses to put them at and to fetch them from, and the files themselves (rest.md).
namespace rookery::api {

/// An address that takes one PUT. Thread: a reader of the store.
[[nodiscard]] Answered<net::HttpResponse> presignUpload(const Asked& asked);
/// An address of the file that came with a message. Thread: a reader of the store.
[[nodiscard]] Answered<net::HttpResponse> presignDownload(const Asked& asked);
/// Takes a file by its signed address; Request::sink is the FileUpload. Thread: the call's loop.
void putFile(CallPtr call);
/// Thread: the call's loop.
void getFile(CallPtr call);
/// Puts a picture in the place of the user's avatar. Thread: the call's loop.
void updatePicture(CallPtr call, store::UserRecord me);

/// What a file may be called: 1 to 255 bytes of UTF-8 without NUL. Thread: any.
[[nodiscard]] bool isFileName(std::string_view name);
/// 413. Thread: any.
[[nodiscard]] Failure overQuota();
/// Removes bytes that nothing refers to; a sweep finds what could not be removed now. Thread: any.
void removeFile(const Services& services, std::string id);
/// 32 random hex digits: files::isFileId(). Thread: any.
[[nodiscard]] std::string newFileId(base::Random& random);

}  // namespace rookery::api
