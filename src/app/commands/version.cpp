#include "rookery/app/version.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <sqlite3.h>
#include <toml++/toml.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>

#include "rookery/app/commands/commands.h"

namespace rookery::app {

void versionCommand() {
  fmt::print("rookery {} (commit {}, preset {})\n", version().number, version().commit,
             version().preset);
  fmt::print("sqlite {}\n", sqlite3_libversion());
  fmt::print("openssl {}\n", OpenSSL_version(OPENSSL_VERSION_STRING));
  fmt::print("zlib {}\n", zlibVersion());
  fmt::print("boost {}.{}.{}\n", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000,
             BOOST_VERSION % 100);
  fmt::print("simdjson {}.{}.{}\n", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
             static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
             static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION));
  fmt::print("fmt {}.{}.{}\n", FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
  fmt::print("toml++ {}.{}.{}\n", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH);
  fmt::print("CLI11 {}\n", CLI11_VERSION);
}

}  // namespace rookery::app
