# Compiler, linker and flags: the same for everything that is ours.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(ROOKERY_CCACHE ccache)
if(ROOKERY_CCACHE)
  # Sloppiness: or ccache refuses every source that uses a precompiled header. Base folder: it hands
  # the compiler relative paths, so that a second checkout finds what the first one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_ABSSTDERR=1
    "${ROOKERY_CCACHE}")
endif()

find_program(ROOKERY_MOLD mold)
if(ROOKERY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Logs, assertions and coverage show src/..., whether the compiler is given absolute paths or, by
# ccache, paths relative to the build folder.
file(RELATIVE_PATH ROOKERY_UP "${CMAKE_BINARY_DIR}" "${CMAKE_SOURCE_DIR}")
add_compile_options(
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" "-ffile-prefix-map=${ROOKERY_UP}=")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's flow analysis sees overlaps and overruns in std::string that cannot happen (GCC bug
  # 105651); AddressSanitizer watches for the real ones.
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()

if(ROOKERY_DCHECKS)
  add_compile_definitions(ROOKERY_DCHECKS=1 _GLIBCXX_ASSERTIONS=1)
endif()
if(ROOKERY_SIMULATION)
  add_compile_definitions(ROOKERY_SIMULATION=1)
endif()
if(ROOKERY_SANITIZE)
  add_compile_options(-fsanitize=${ROOKERY_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROOKERY_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The instrumented code confuses GCC's flow analysis; the other presets keep the warning.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
if(ROOKERY_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# Editors look for it in the root; it shows the preset that was configured last.
file(CREATE_LINK "${CMAKE_BINARY_DIR}/compile_commands.json"
  "${CMAKE_SOURCE_DIR}/compile_commands.json" SYMBOLIC)
