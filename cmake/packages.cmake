# Every third-party package, named once. The rest of the build says rookery_pkg::<name>; the Debian
# packages that provide them are listed in scripts/packages.txt.

find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)

# rookery_package(<name> <targets...>): rookery_pkg::<name> stands for these imported targets.
function(rookery_package name)
  add_library(rookery_pkg_${name} INTERFACE)
  target_link_libraries(rookery_pkg_${name} INTERFACE ${ARGN})
  add_library(rookery_pkg::${name} ALIAS rookery_pkg_${name})
endfunction()

find_package(Threads REQUIRED)
rookery_package(threads Threads::Threads)

find_package(tl-expected REQUIRED)
rookery_package(expected tl::expected)

find_package(fmt REQUIRED)
rookery_package(fmt fmt::fmt)

find_package(spdlog REQUIRED)
rookery_package(spdlog spdlog::spdlog)

find_package(absl REQUIRED)
rookery_package(absl absl::any_invocable absl::function_ref absl::inlined_vector absl::hash absl::flat_hash_map
                absl::btree absl::fixed_array)

find_package(simdjson REQUIRED)
rookery_package(simdjson simdjson::simdjson)

find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers json url)
rookery_package(boost_json Boost::json)
rookery_package(boost_url Boost::url)
rookery_package(beast Boost::headers)

if(ROOKERY_SIMULATION)
  find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS context)
  rookery_package(boost_context Boost::context)
endif()

find_package(OpenSSL 3 REQUIRED)
rookery_package(openssl OpenSSL::SSL OpenSSL::Crypto)

find_package(ZLIB REQUIRED)
rookery_package(zlib ZLIB::ZLIB)

find_package(CURL REQUIRED)
rookery_package(curl CURL::libcurl)

find_package(SQLite3 REQUIRED)
rookery_package(sqlite3 SQLite::SQLite3)

pkg_check_modules(ROOKERY_POSTGRES REQUIRED IMPORTED_TARGET libpq)
rookery_package(postgres PkgConfig::ROOKERY_POSTGRES)

pkg_check_modules(ROOKERY_ARGON2 REQUIRED IMPORTED_TARGET libargon2)
rookery_package(argon2 PkgConfig::ROOKERY_ARGON2)

pkg_check_modules(ROOKERY_CRYPT REQUIRED IMPORTED_TARGET libcrypt)
rookery_package(crypt PkgConfig::ROOKERY_CRYPT)

pkg_check_modules(ROOKERY_URING REQUIRED IMPORTED_TARGET liburing)
rookery_package(uring PkgConfig::ROOKERY_URING)

pkg_check_modules(ROOKERY_JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
rookery_package(jemalloc PkgConfig::ROOKERY_JEMALLOC)

pkg_check_modules(ROOKERY_BSON REQUIRED IMPORTED_TARGET libbson-1.0)
rookery_package(bson PkgConfig::ROOKERY_BSON)

pkg_check_modules(ROOKERY_JWT REQUIRED IMPORTED_TARGET libjwt)
rookery_package(jwt PkgConfig::ROOKERY_JWT)

# By pkg-config: its CMake file also asks for the HTTP server and client that we do not use.
pkg_check_modules(ROOKERY_PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
rookery_package(prometheus PkgConfig::ROOKERY_PROMETHEUS)

find_package(CLI11 REQUIRED)
rookery_package(cli11 CLI11::CLI11)

# By pkg-config: it carries the definitions that choose the compiled library.
pkg_check_modules(ROOKERY_TOML REQUIRED IMPORTED_TARGET tomlplusplus)
rookery_package(tomlplusplus PkgConfig::ROOKERY_TOML)

find_package(GTest REQUIRED)
rookery_package(gtest GTest::gtest GTest::gtest_main)
rookery_package(gmock GTest::gmock)

# Only what measures needs these.
find_package(benchmark QUIET)
if(benchmark_FOUND)
  rookery_package(benchmark benchmark::benchmark)
endif()
