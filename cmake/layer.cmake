# A layer is a folder src/<name>, a static library rookery::<name>, and an include root of its own.

# What most sources include, precompiled once: the standard library and the libraries that our own
# lowest headers show. simdjson alone saves 1.5 s a source. Never a header of ours, or touching it would rebuild everything and hide a missing include.
set(ROOKERY_PCH_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <compare> <condition_variable> <cstddef>
  <cstdint> <cstring> <deque> <functional> <limits> <map> <memory> <mutex> <optional> <random>
  <span> <string> <string_view> <thread> <tuple> <unordered_map> <unordered_set> <utility>
  <variant> <vector> <fmt/format.h> <tl/expected.hpp> <absl/functional/any_invocable.h>
  <absl/functional/function_ref.h> <simdjson.h>)

file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/pch.cpp"
  CONTENT "// Carries the precompiled header.\n")
add_library(rookery_pch OBJECT "${CMAKE_BINARY_DIR}/generated/pch.cpp")
target_link_libraries(rookery_pch PRIVATE
  rookery_pkg::fmt rookery_pkg::expected rookery_pkg::absl rookery_pkg::simdjson
  rookery_pkg::threads)
target_precompile_headers(rookery_pch PRIVATE ${ROOKERY_PCH_HEADERS})

# rookery_layer(<name> [DEPENDS <layers>] [PACKAGES <packages>] [PRIVATE_PACKAGES <packages>])
#
# The include root holds one link, rookery/<name> -> src/<name>. A target sees the roots of the
# layers it depends on, and of theirs, and no other: a wrong include finds no file. A main.cpp is
# left to rookery_program(), so that the rest of its layer can be tested.
function(rookery_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;PACKAGES;PRIVATE_PACKAGES")
  get_property(above GLOBAL PROPERTY ROOKERY_LAYERS)
  foreach(layer IN LISTS arg_DEPENDS)
    if(NOT layer IN_LIST above)
      message(FATAL_ERROR "Layer ${name} depends on ${layer}, which is not named before it")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY ROOKERY_LAYERS ${name})

  set(folder "${CMAKE_SOURCE_DIR}/src/${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  list(REMOVE_ITEM sources "${folder}/main.cpp")
  if(NOT sources)
    message(STATUS "Layer ${name}: no sources yet, left out")
    return()
  endif()

  set(root "${CMAKE_BINARY_DIR}/include/${name}")
  file(MAKE_DIRECTORY "${root}/rookery")
  file(CREATE_LINK "${folder}" "${root}/rookery/${name}" SYMBOLIC)

  set(target rookery_${name})
  add_library(${target} STATIC ${sources})
  add_library(rookery::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${root}>"
    $<INSTALL_INTERFACE:include>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  # As in toolchain.cmake: the source is shown, not the link through which it was included.
  target_compile_options(${target} PUBLIC
    "$<BUILD_INTERFACE:-ffile-prefix-map=${root}/rookery/=src/>"
    "$<BUILD_INTERFACE:-ffile-prefix-map=include/${name}/rookery/=src/>")
  target_precompile_headers(${target} REUSE_FROM rookery_pch)

  foreach(layer IN LISTS arg_DEPENDS)
    if(TARGET rookery_${layer})
      target_link_libraries(${target} PUBLIC rookery::${layer})
    endif()
  endforeach()
  foreach(package IN LISTS arg_PACKAGES)
    target_link_libraries(${target} PUBLIC rookery_pkg::${package})
  endforeach()
  foreach(package IN LISTS arg_PRIVATE_PACKAGES)
    target_link_libraries(${target} PRIVATE rookery_pkg::${package})
  endforeach()
endfunction()

# rookery_program(<program> <layer>): build/<preset>/<program> from src/<layer>/main.cpp.
function(rookery_program program layer)
  set(main "${CMAKE_SOURCE_DIR}/src/${layer}/main.cpp")
  if(NOT TARGET rookery_${layer} OR NOT EXISTS "${main}")
    message(STATUS "Program ${program}: no ${layer}/main.cpp yet, left out")
    return()
  endif()
  add_executable(${program} "${main}")
  target_link_libraries(${program} PRIVATE rookery::${layer})
  if(NOT ROOKERY_SANITIZE)  # these bring an allocator of their own
    target_link_libraries(${program} PRIVATE rookery_pkg::jemalloc)
  endif()
  target_precompile_headers(${program} REUSE_FROM rookery_pch)
endfunction()

# rookery_web_assets(<layer> <folder>): compiles the folder's files into the layer; its
# web_assets.h declares how they are reached.
function(rookery_web_assets layer folder)
  if(NOT TARGET rookery_${layer})
    return()
  endif()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${folder}/*")
  string(SHA1 names "${files}")  # in the command line, so that a file that went is noticed too
  set(output "${CMAKE_BINARY_DIR}/generated/${layer}/web_assets.cpp")
  set(script "${CMAKE_SOURCE_DIR}/cmake/web_assets.cmake")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${folder}" "-DOUTPUT=${output}"
      "-DNAMES=${names}" -P "${script}"
    DEPENDS ${files} "${script}"
    COMMENT "Packing the files of web/"
    VERBATIM)
  target_sources(rookery_${layer} PRIVATE "${output}")
endfunction()

# rookery_version(<layer>): defines what the layer's version.h declares. Looked at in every build,
# written only when it changed: a commit rebuilds one small file.
function(rookery_version layer)
  if(NOT TARGET rookery_${layer})
    return()
  endif()
  set(output "${CMAKE_BINARY_DIR}/generated/${layer}/version.cpp")
  add_custom_target(rookery_version_file
    COMMAND "${CMAKE_COMMAND}"
      "-DOUTPUT=${output}" "-DSOURCE=${CMAKE_SOURCE_DIR}" "-DVERSION=${PROJECT_VERSION}"
      "-DPRESET=${ROOKERY_PRESET}" -P "${CMAKE_SOURCE_DIR}/cmake/version.cmake"
    BYPRODUCTS "${output}"
    VERBATIM)
  target_sources(rookery_${layer} PRIVATE "${output}")
  add_dependencies(rookery_${layer} rookery_version_file)
endfunction()
