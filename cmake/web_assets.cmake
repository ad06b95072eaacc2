# Turns the files of FOLDER into OUTPUT, the definition of what src/api/web_assets.h declares.
cmake_minimum_required(VERSION 3.25)

set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_mjs "text/javascript; charset=utf-8")
set(type_json "application/json; charset=utf-8")
set(type_webmanifest "application/manifest+json; charset=utf-8")
set(type_txt "text/plain; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_jpg "image/jpeg")
set(type_webp "image/webp")
set(type_ico "image/x-icon")
set(type_woff2 "font/woff2")

set(arrays "")
set(table "")
set(count 0)
file(GLOB_RECURSE names RELATIVE "${FOLDER}" "${FOLDER}/*")
list(SORT names)
foreach(name IN LISTS names)
  if(name MATCHES "(^|/)\\." OR name MATCHES "\\.md$")
    continue()
  endif()
  cmake_path(GET name EXTENSION LAST_ONLY extension)
  string(REPLACE "." "" extension "${extension}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "web/${name}: add the content type of .${extension} to ${CMAKE_CURRENT_LIST_FILE}")
  endif()

  file(READ "${FOLDER}/${name}" hex HEX)
  file(SHA256 "${FOLDER}/${name}" digest)
  string(SUBSTRING "${digest}" 0 32 digest)
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  # Every byte is escaped, so that no escape can swallow the character after it.
  string(REGEX REPLACE "(..)" "\\\\x\\1" text "${hex}")
  string(REPEAT "...." 24 line)
  string(REGEX REPLACE "(${line})" "\\1\"\n    \"" text "${text}")

  string(APPEND arrays "constexpr char kAsset${count}[] =\n    \"${text}\";\n")
  string(APPEND table "    {\"/${name}\", \"${type_${extension}}\", {kAsset${count}, ${length}},\n"
    "     \"\\\"${digest}\\\"\"},\n")
  math(EXPR count "${count} + 1")
endforeach()

if(count EQUAL 0)
  set(span "return {};")
else()
  set(span "static constexpr WebAsset kAssets[] = {\n${table}  };\n  return kAssets;")
endif()
file(WRITE "${OUTPUT}" "// Made from web/ by cmake/web_assets.cmake.
#include \"rookery/api/web_assets.h\"

namespace rookery::api {
namespace {
${arrays}}  // namespace

std::span<const WebAsset> webAssets() {
  ${span}
}

}  // namespace rookery::api
")
