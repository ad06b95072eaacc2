# The programs of bench/, which ./dev bench builds and nobody else: not part of `all`.

# rookery_bench(<program> <folder> [SHARES <sources>] [LAYERS <layers>] PACKAGES <packages>):
# build/<preset>/<program> from bench/<folder>, and what it shares with others.
function(rookery_bench program folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SHARES;LAYERS;PACKAGES")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/${folder}/*.cpp")
  foreach(package IN LISTS arg_PACKAGES)
    if(NOT TARGET rookery_pkg::${package})
      return()  # installed by ./dev bench alone
    endif()
  endforeach()
  list(TRANSFORM arg_SHARES PREPEND "${CMAKE_SOURCE_DIR}/")
  add_executable(${program} EXCLUDE_FROM_ALL ${sources} ${arg_SHARES})
  target_include_directories(${program} PRIVATE "${CMAKE_SOURCE_DIR}/bench"
    "${CMAKE_SOURCE_DIR}/tests")
  foreach(layer IN LISTS arg_LAYERS)
    target_link_libraries(${program} PRIVATE rookery::${layer})
  endforeach()
  foreach(package IN LISTS arg_PACKAGES)
    target_link_libraries(${program} PRIVATE rookery_pkg::${package})
  endforeach()
endfunction()
