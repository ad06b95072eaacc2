#include "rookery/mail/mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

#include "rookery/base/encoding.h"
#include "rookery/base/log.h"

namespace rookery::mail {
namespace {

using base::ErrorCode;

struct EndEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// RFC 5322 §3.3, whatever the locale is.
std::string dateOf(base::WallMs now) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

bool isHeaderText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

struct Upload {
  std::string bytes;
  std::size_t sent = 0;
};

std::size_t readUpload(char* out, std::size_t size, std::size_t count, void* of) {
  Upload& upload = *static_cast<Upload*>(of);
  const std::size_t n = std::min(size * count, upload.bytes.size() - upload.sent);
  std::memcpy(out, upload.bytes.data() + upload.sent, n);
  upload.sent += n;
  return n;
}

int isStopped(void* flag, curl_off_t /*downTotal*/, curl_off_t /*down*/, curl_off_t /*upTotal*/,
              curl_off_t /*up*/) {
  return *static_cast<const std::atomic<bool>*>(flag) ? 1 : 0;
}

/// The library's own state is made once, before any thread of ours uses it.
bool startLibrary() {
  static const bool kStarted = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return kStarted;
}

}  // namespace

std::string addressIn(const std::string& text) {
  std::string_view address = text;
  const std::size_t open = address.rfind('<');
  if (open != std::string_view::npos && address.ends_with('>')) {
    address = address.substr(open + 1, address.size() - open - 2);
  }
  const bool isPlain = address.find_first_of("<> \t") == std::string_view::npos;
  const std::size_t at = address.rfind('@');
  const bool hasBoth = at != std::string_view::npos && at > 0 && at + 1 < address.size();
  return isPlain && hasBoth && isHeaderText(text) ? std::string(address) : std::string();
}

base::Result<void> Mailer::send(const Mail& mail) const {
  const std::string from = addressIn(options_.from);
  const std::string to = addressIn(mail.to);
  if (stopped_) return base::fail(ErrorCode::kInternal, "The server is shutting down");
  if (from.empty() || to.empty() || !isHeaderText(mail.subject)) {
    return base::fail(ErrorCode::kInvalidPayload, "No mail can be sent to this address");
  }
  std::array<std::uint8_t, 16> unique{};
  random_.fill(unique);
  Upload upload{.bytes = fmt::format(
                    "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
                    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n",
                    dateOf(clock_.wall()), options_.from, to, mail.subject,
                    base::hex(base::asText(unique)), from.substr(from.rfind('@') + 1))};
  for (const char c : mail.text) upload.bytes.append(c == '\n' ? "\r\n" : std::string_view(&c, 1));

  const std::unique_ptr<CURL, EndEasy> easy(startLibrary() ? curl_easy_init() : nullptr);
  const std::unique_ptr<curl_slist, FreeList> recipients(curl_slist_append(nullptr, to.c_str()));
  if (easy == nullptr || recipients == nullptr) {
    return base::fail(ErrorCode::kInternal, "The mail could not be sent");
  }
  CURL* const it = easy.get();
  const bool isSecure = options_.url.starts_with("smtps:");
  curl_easy_setopt(it, CURLOPT_URL, options_.url.c_str());
  curl_easy_setopt(it, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(it, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(it, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  curl_easy_setopt(
      it, CURLOPT_USE_SSL,
      static_cast<long>(isSecure || options_.startTls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  if (!options_.ca.empty()) curl_easy_setopt(it, CURLOPT_CAINFO, options_.ca.c_str());
  if (!options_.user.empty()) {
    curl_easy_setopt(it, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(it, CURLOPT_PASSWORD, options_.password.c_str());
  }
  curl_easy_setopt(it, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(it, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(it, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(it, CURLOPT_READFUNCTION, readUpload);
  curl_easy_setopt(it, CURLOPT_READDATA, &upload);
  curl_easy_setopt(it, CURLOPT_NOPROGRESS, 0L);  // asked at least once a second
  curl_easy_setopt(it, CURLOPT_XFERINFOFUNCTION, isStopped);
  curl_easy_setopt(it, CURLOPT_XFERINFODATA, &stopped_);
  const CURLcode code = curl_easy_perform(it);
  if (code == CURLE_OK) return {};
  base::log::limited(base::log::Level::kError, "a mail could not be sent",
                     {{"error", curl_easy_strerror(code)}});
  return base::fail(ErrorCode::kInternal, "The mail could not be sent");
}

}  // namespace rookery::mail
