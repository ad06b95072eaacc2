#include <memory>

#include "rookery/api/fields.h"
#include "rookery/api/file_urls.h"
#include "rookery/api/multipart.h"
#include "rookery/api/uploads.h"
#include "rookery/api/views.h"
#include "rookery/api/workers.h"
#include "rookery/base/digest.h"
#include "rookery/base/encoding.h"
#include "rookery/files/picture.h"

namespace rookery::api {
namespace {

using store::FileRecord;
using store::UserRecord;

constexpr std::size_t kRecordBytes = 1024;
constexpr std::size_t kPicturesQueued = 100;  // each holds its bytes

struct StoredPicture {
  FileRecord record;
  std::string path;  ///< of the avatar
};

/// Cleans the picture and puts it to the files.
Answered<StoredPicture> storePicture(const Services& services, std::string_view bytes,
                                     const std::string& fileName, const base::ObjectId& owner) {
  const auto picture = files::withoutMetadata(bytes);
  if (!picture) return refuse(validationError({"avatar: " + picture.error().message}));
  StoredPicture stored;
  stored.record = {.id = newFileId(services.random),
                   .ownerId = owner,
                   .name = isFileName(fileName) ? fileName : "picture",
                   .mark = {},
                   .type = std::string(files::mediaType(picture->kind)),
                   .bytes = picture->bytes.size(),
                   .sha256 = base::hex(base::sha256(picture->bytes)),
                   .createdAt = services.clock.wall()};
  stored.path = filePath(stored.record.id, files::extension(picture->kind));
  auto writer = services.files.create(stored.record.id);
  if (!writer) return refuse(writer.error());
  base::Result<void> kept = (*writer)->write(picture->bytes);
  if (kept) kept = (*writer)->keep();
  if (!kept) return refuse(kept.error());
  return stored;
}

/// What became of the change, shared by the two steps of the write.
struct Changed {
  std::optional<UserRecord> user;
  std::string replaced;  ///< the id of the picture before, if it was a file of this server
  bool fits = false;
};

store::WriteResult changePicture(store::Database& database, const StoredPicture& picture,
                                 std::uint64_t quota, Changed& changed) {
  store::WriteResult result = database.insertFile(picture.record, quota, changed.fits);
  if (!result.ok() || !changed.fits) return result;
  result = database.modifyUser(
      picture.record.ownerId,
      [&](UserRecord& user) {
        changed.replaced = fileIdOfUrl(user.avatar, "").value_or("");
        user.avatar = picture.path;
        user.updatedAt = picture.record.createdAt;
      },
      changed.user);
  if (!result.ok() || changed.replaced.empty()) return result;
  return database.deleteFile(changed.replaced);
}

void answerChanged(CallPtr call, const Changed& changed, const StoredPicture& picture,
                   const store::WriteResult& result) {
  const Services& services = call->services();
  const bool isDone = result.ok() && changed.fits && changed.user;
  const std::string& unused = isDone ? changed.replaced : picture.record.id;
  if (!unused.empty()) removeFile(services, unused);
  if (!result.ok()) return call->answer(failureOf(result.error));
  if (!changed.user && changed.fits) {
    return call->answer(Failure{.status = 404, .message = "User not found"});
  }
  if (!isDone) return call->answer(overQuota());
  services.chat.userChanged(*changed.user);
  call->answer(envelopeB(200, "Picture updated", jsonOf([&](base::JsonWriter& json) {
                           writeUser(json, *changed.user, services.options.publicUrl);
                         })));
}

void keepPicture(CallPtr call, StoredPicture picture) {
  auto changed = std::make_shared<Changed>();
  const std::uint64_t quota = call->services().options.quotaBytes;
  write(
      std::move(call), kRecordBytes,
      [picture, quota, changed](store::Database& database) {
        return changePicture(database, picture, quota, *changed);
      },
      [picture, changed](CallPtr done, const store::WriteResult& result) {
        answerChanged(std::move(done), *changed, picture, result);
      });
}

}  // namespace

void updatePicture(CallPtr call, UserRecord me) {
  const Request& request = call->request();
  const auto boundary = formBoundary(request.head.header("content-type"));
  if (!boundary) {
    return call->answer(
        Failure{.status = 415, .message = "The picture must be sent as multipart/form-data"});
  }
  const auto part = formPart(request.body, *boundary, "avatar");
  if (!part) return call->answer(validationError({"avatar is required"}));
  const Services& services = call->services();
  // The part lies in the request, which the call keeps.
  using Stored = Answered<StoredPicture>;
  onPool<Stored>(
      std::move(call), services.fileThreads, kPicturesQueued,
      [&services, part = *part, owner = me.id] {
        return storePicture(services, part.bytes, part.fileName, owner);
      },
      [](CallPtr done, Stored stored) {
        if (!stored) return done->answer(stored.error());
        keepPicture(std::move(done), std::move(*stored));
      });
}

}  // namespace rookery::api
