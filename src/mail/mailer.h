#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"
#include "rookery/base/random.h"

namespace rookery::mail {

/// How mail gets out. Fixed once a Mailer is made.
struct Options {
  std::string url;       ///< smtp://host:port, or smtps:// for TLS from the first byte
  std::string user;      ///< empty: without signing in
  std::string password;  ///< of that user
  std::string from;      ///< an address, or `Name <address>`
  std::string ca;        ///< a PEM file of whom to trust; empty: whom the system trusts
  bool startTls = true;  ///< smtp:// alone: refuse to go on without STARTTLS
  std::chrono::milliseconds timeout{10'000};  ///< for one mail in all
};

struct Mail {
  std::string to;       ///< an address
  std::string subject;  ///< ASCII
  std::string text;     ///< UTF-8, lines end with '\n'
};

/// Hands mail to an SMTP server (RFC 5321, RFC 5322).
/// Thread: any but a loop: send() waits for the server.
class Mailer {
 public:
  Mailer(Options options, const base::Clock& clock, base::Random& random)
      : options_(std::move(options)), clock_(clock), random_(random) {}

  /// The server has taken it when this returns. kInvalidPayload for an address that cannot be
  /// written to; kInternal when the server could not be reached or refused, which is logged.
  [[nodiscard]] base::Result<void> send(const Mail& mail) const;
  /// What is being sent is given up, and nothing is sent any more.
  void stop() { stopped_ = true; }

 private:
  const Options options_;
  const base::Clock& clock_;
  base::Random& random_;
  std::atomic<bool> stopped_{false};
};

/// The address in `text`, which may be `Name <address>`; empty when there is none that fits into
/// an envelope. Thread: any.
[[nodiscard]] std::string addressIn(const std::string& text);

}  // namespace rookery::mail
