# rookery_example(<program> <layer>): build/<preset>/<program> from examples/<program>/*.cpp, which
# see what the installed library shows and no more.
function(rookery_example program layer)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/examples/${program}/*.cpp")
  if(NOT TARGET rookery_${layer} OR NOT sources)
    return()
  endif()
  add_executable(${program} ${sources})
  target_link_libraries(${program} PRIVATE rookery::${layer})
  target_precompile_headers(${program} REUSE_FROM rookery_pch)
endfunction()
