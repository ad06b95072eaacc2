# Writes OUTPUT from VERSION, PRESET and the commit of SOURCE; leaves it alone when nothing changed.
cmake_minimum_required(VERSION 3.25)

execute_process(
  COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  set(commit "unknown")  # a source archive has no history
endif()

file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT
"#include \"rookery/app/version.h\"

namespace rookery::app {

const Version& version() {
  static constexpr Version kVersion{\"${VERSION}\", \"${commit}\", \"${PRESET}\"};
  return kVersion;
}

}  // namespace rookery::app
")
