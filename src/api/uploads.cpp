#include "rookery/api/uploads.h"

#include <algorithm>
#include <array>
#include <memory>

#include "rookery/api/fields.h"
#include "rookery/api/file_answer.h"
#include "rookery/api/file_body.h"
#include "rookery/api/file_upload.h"
#include "rookery/api/file_urls.h"
#include "rookery/api/histories.h"
#include "rookery/api/views.h"
#include "rookery/api/workers.h"
#include "rookery/base/encoding.h"
#include "rookery/chat/image_key.h"
#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using net::HttpResponse;

constexpr std::size_t kRecordBytes = 1024;
constexpr std::size_t kFilesQueued = 1'000;  // files that wait to be opened, or written

/// A media type without parameters that matter (RFC 9110 §8.3.1); empty is one too.
bool isMediaType(std::string_view type) {
  constexpr std::string_view kPlain = "!#$&-^_.+/;= ";
  return type.size() <= 127 && (type.empty() || type.find('/') != std::string_view::npos) &&
         std::all_of(type.begin(), type.end(), [kPlain](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  kPlain.find(c) != std::string_view::npos;
         });
}

/// The file is on disk; it counts when the store knows it.
void insertUploaded(CallPtr call, store::FileRecord record) {
  auto fits = std::make_shared<bool>(false);  // shared by the two steps of the write
  const std::uint64_t quota = call->services().options.quotaBytes;
  write(
      std::move(call), kRecordBytes,
      [record, quota, fits](store::Database& database) {
        return database.insertFile(record, quota, *fits);
      },
      [record, fits](CallPtr done, const store::WriteResult& result) {
        const bool isOther = result.fault == store::WriteFault::kConflict;
        if (!isOther && !(result.ok() && *fits)) removeFile(done->services(), record.id);
        if (!result.ok()) return done->answer(failureOf(result.error));
        if (!*fits) return done->answer(overQuota());
        const std::string url = done->services().options.publicUrl + filePath(record.id, "");
        done->answer(envelopeB(200, "File stored", jsonOf([&](JsonWriter& json) {
                                 json.beginObject().key("url").string(url);
                                 json.key("size").number(record.bytes);
                                 json.key("sha256").string(record.sha256).endObject();
                               })));
      });
}

/// The file that a message came with: the one that its address or its imageKey names.
Answered<std::string> fileOf(const Asked& asked, const store::StoredMessage& message) {
  const Options& options = asked.services.options;
  if (const auto id = fileIdOfUrl(message.image, options.publicUrl)) {
    const auto file = asked.reader.file(*id);
    if (!file) return refuse(file.error());
    if (*file) return *id;
  }
  // `<name>-<time>-<suffix>`: the time is what stands between the last two.
  std::string_view rest = message.imageKey;
  const std::string suffix = "-" + options.imageKeySuffix;
  if (!rest.ends_with(suffix)) return notFound("File");
  rest.remove_suffix(suffix.size());
  const auto files = asked.reader.filesByMark(message.senderId, rest.substr(rest.rfind('-') + 1));
  if (!files) return refuse(files.error());
  for (const store::FileRecord& file : *files) {
    const bool isIt =
        chat::imageKey(file.name, file.mark, options.imageKeySuffix) == message.imageKey;
    if (isIt) return file.id;
  }
  return notFound("File");
}

}  // namespace

bool isFileName(std::string_view name) {
  return !name.empty() && name.size() <= 255 && base::isUtf8(name) &&
         name.find('\0') == std::string_view::npos;
}

Failure overQuota() {
  return {.status = 413, .message = "Your files take all the space that you may use"};
}

void removeFile(const Services& services, std::string id) {
  services.fileThreads.post(
      [&files = services.files, id = std::move(id)] { static_cast<void>(files.remove(id)); });
}

std::string newFileId(base::Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return base::hex(base::asText(bytes));
}

Answered<HttpResponse> presignUpload(const Asked& asked) {
  const net::HttpHead& head = asked.request.head;
  const Services& services = asked.services;
  const std::string name = head.parameter("fileName").value_or("");
  const std::string type = head.parameter("contentType").value_or("");
  std::vector<std::string> problems;
  if (!isFileName(name)) problems.emplace_back("fileName must have 1 to 255 bytes of text");
  if (!isMediaType(type)) problems.emplace_back("contentType must be a media type");
  if (!problems.empty()) return refuse(validationError(std::move(problems)));
  const auto used = asked.reader.fileBytesOf(asked.me.id);
  if (!used) return refuse(used.error());
  const std::uint64_t quota = services.options.quotaBytes;
  if (*used >= quota) return refuse(overQuota());
  const base::WallMs now = services.clock.wall();
  const UploadGrant grant{.id = newFileId(services.random),
                          .owner = asked.me.id,
                          .name = name,
                          .mark = std::to_string(now),
                          .type = type,
                          .most = std::min(services.options.fileBytes, quota - *used),
                          .expiresAt = now + kUrlLifeMs};
  const std::string url =
      uploadUrl(services.tokens.keyFor(kUrlPurpose), services.options.publicUrl, grant);
  return envelopeC(200, "Upload address made", jsonOf([&](JsonWriter& json) {
                     json.beginObject().key("presignedUrl").string(url);
                     json.key("time").string(grant.mark).endObject();
                   }));
}

Answered<HttpResponse> presignDownload(const Asked& asked) {
  const Answered<store::StoredMessage> message = messageOf(asked.reader, asked.request);
  if (!message) return tl::unexpected(message.error());
  if (const auto allowed = workspaceOfOwn(asked, message->conversationId); !allowed) {
    return tl::unexpected(allowed.error());
  }
  const Answered<std::string> file = fileOf(asked, *message);
  if (!file) return tl::unexpected(file.error());
  const Services& services = asked.services;
  const std::string url =
      downloadUrl(services.tokens.keyFor(kUrlPurpose), services.options.publicUrl, *file,
                  services.clock.wall() + kUrlLifeMs);
  return envelopeC(200, "Download address made",
                   jsonOf([&](JsonWriter& json) { json.string(url); }));
}

void putFile(CallPtr call) {
  auto* const upload = dynamic_cast<FileUpload*>(call->request().sink.get());
  if (upload == nullptr) return call->answer(Failure{.status = 404, .message = "File not found"});
  if (!upload->grant()) return call->answer(upload->grant().error());
  const UploadGrant grant = *upload->grant();
  const std::string_view type = call->request().head.header("content-type");
  if (!grant.type.empty() && !net::equalsIgnoringCase(type, grant.type)) {
    return call->answer(Failure{
        .status = 415, .message = "The file must be sent with the Content-Type that was signed"});
  }
  upload->finish([call = std::move(call), grant](Answered<FileUpload::Written> written) mutable {
    if (!written) return call->answer(written.error());
    store::FileRecord record{.id = grant.id,
                             .ownerId = grant.owner,
                             .name = grant.name,
                             .mark = grant.mark,
                             .type = grant.type,
                             .bytes = written->bytes,
                             .sha256 = std::move(written->sha256),
                             .createdAt = call->services().clock.wall()};
    insertUploaded(std::move(call), std::move(record));
  });
}

namespace {

/// On the loop: the file is open, or why not.
void answerFile(CallPtr call, const store::FileRecord& record, bool isDownload,
                base::Result<std::unique_ptr<files::FileReader>> opened) {
  if (!opened) return call->answer(failureOf(opened.error()));
  ByteRange range;
  HttpResponse response = fileAnswer(record, call->request().head, isDownload, range);
  if (range.to > range.from) {
    response.source = std::make_shared<FileBody>(
        std::move(*opened), range.from, range.to - range.from, call->services().fileThreads);
  }
  call->answer(std::move(response));
}

}  // namespace

void getFile(CallPtr call) {
  const Services& services = call->services();
  const auto id = fileIdIn(call->request().params.front());
  if (!id) return call->answer(Failure{.status = 404, .message = "File not found"});
  const auto isFetched =
      isDownload(services.tokens.keyFor(kUrlPurpose), call->request().head, services.clock.wall());
  if (!isFetched) return call->answer(isFetched.error());
  askStore<store::FileRecord>(
      std::move(call),
      [id = *id](store::Reader& reader) -> Answered<store::FileRecord> {
        auto file = reader.file(id);
        if (!file) return refuse(file.error());
        if (!*file) return notFound("File");
        return std::move(**file);
      },
      [isFetched = *isFetched](CallPtr found, store::FileRecord record) {
        using Opened = base::Result<std::unique_ptr<files::FileReader>>;
        const Services& of = found->services();
        onPool<Opened>(
            std::move(found), of.fileThreads, kFilesQueued,
            [&files = of.files, id = record.id] { return files.open(id); },
            [record, isFetched](CallPtr done, Opened opened) {
              answerFile(std::move(done), record, isFetched, std::move(opened));
            });
      });
}

}  // namespace rookery::api
