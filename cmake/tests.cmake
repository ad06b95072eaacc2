# Tests as CTest sees them. Labels: unit, fuzz, e2e, browser, house, contract, simulation, torture.
include(GoogleTest)

# Script tests that load the machine, or measure it: they run alone.
set(ROOKERY_SERIAL_TESTS e2e.load e2e.kill e2e.disk_full e2e.library)

# rookery_tests(<layers...>): for each, <layer>_tests from tests/<layer>/**/*_test.cpp and what the
# tests share. tests/support/*.cpp is given to every layer and may use base only;
# tests/support/<layer>/*.cpp to that layer and those above it that include it. Those of
# engineio and chat have connections that end in memory.
function(rookery_tests)
  foreach(layer IN LISTS ARGN)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${layer}/*_test.cpp")
    if(NOT TARGET rookery_${layer} OR NOT sources)
      continue()
    endif()
    file(GLOB support CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/support/*.cpp"
      "${CMAKE_SOURCE_DIR}/tests/support/${layer}/*.cpp")
    if(layer MATCHES "engineio|chat")
      list(APPEND support "${CMAKE_SOURCE_DIR}/tests/memory_net/memory_loop.cpp")
    endif()
    set(target ${layer}_tests)
    add_executable(${target} ${sources} ${support})
    target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
    target_link_libraries(${target} PRIVATE rookery::${layer} rookery_pkg::gtest
      rookery_pkg::gmock)
    target_precompile_headers(${target} REUSE_FROM rookery_pch)
    gtest_discover_tests(${target}
      TEST_PREFIX "${layer}."
      DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS unit TIMEOUT 120)
  endforeach()
endfunction()

# build/<preset>/library_peer from tests/library: what tests of the library's API talk to.
function(rookery_library_peer)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/library/*.cpp")
  add_executable(library_peer ${sources})
  target_link_libraries(library_peer PRIVATE rookery::socketio)
  target_precompile_headers(library_peer REUSE_FROM rookery_pch)
endfunction()

# fuzz_<target> from tests/fuzz/<target>.cpp, and `fuzzers` for all of them. With Clang, by libFuzzer
# (preset `fuzz`); elsewhere with a driver of our own, for some seconds of every test run.
function(rookery_fuzzers)
  add_library(fuzz_support OBJECT "${CMAKE_SOURCE_DIR}/tests/fuzz/entry.cpp"
    "${CMAKE_SOURCE_DIR}/tests/memory_net/memory_loop.cpp")
  target_include_directories(fuzz_support PUBLIC "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(fuzz_support PUBLIC rookery::socketio)
  target_precompile_headers(fuzz_support REUSE_FROM rookery_pch)
  add_custom_target(fuzzers)
  foreach(name http websocket payload packet msgpack connection)
    set(target fuzz_${name})
    add_executable(${target} "${CMAKE_SOURCE_DIR}/tests/fuzz/${name}.cpp")
    target_link_libraries(${target} PRIVATE fuzz_support)
    target_precompile_headers(${target} REUSE_FROM rookery_pch)
    add_dependencies(fuzzers ${target})
    if(ROOKERY_FUZZ)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/driver.cpp")
      add_test(NAME fuzz.${name}
        COMMAND ${target} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}" 5)
      set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
    endif()
  endforeach()
endfunction()

# rookery_script_test(<name> <file> <label>): `node --test <file>`, told where the program lies.
function(rookery_script_test name file label)
  add_test(NAME ${name} COMMAND node --test "${file}" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES
    LABELS ${label}
    TIMEOUT 300
    ENVIRONMENT "ROOKERY_BIN=${CMAKE_BINARY_DIR}/rookery;ROOKERY_BUILD=${CMAKE_BINARY_DIR}")
  if(name IN_LIST ROOKERY_SERIAL_TESTS)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# Every tests/e2e/<name>.test.mjs and tests/house/<name>.test.mjs.
function(rookery_script_tests)
  foreach(folder e2e house)
    file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*.test.mjs")
    foreach(file IN LISTS files)
      cmake_path(GET file STEM LAST_ONLY name)  # x.test.mjs -> x.test
      string(REGEX REPLACE "\\.test$" "" name "${name}")
      set(label ${folder})
      if(name MATCHES "\\.browser$")
        set(label browser)
      endif()
      rookery_script_test(${folder}.${name} "${file}" ${label})
    endforeach()
  endforeach()
endfunction()

# tests/contract/<name>.test.mjs look at what all end-to-end tests have met, so they come last.
function(rookery_contract_tests)
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/contract/*.test.mjs")
  file(GLOB before CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/e2e/*.test.mjs")
  list(TRANSFORM before REPLACE "^.*/(.*)\\.test\\.mjs$" "e2e.\\1")
  foreach(file IN LISTS files)
    cmake_path(GET file STEM LAST_ONLY name)
    string(REGEX REPLACE "\\.test$" "" name "${name}")
    rookery_script_test(contract.${name} "${file}" contract)
    set_tests_properties(contract.${name} PROPERTIES DEPENDS "${before}")
  endforeach()
endfunction()

# 500 worlds, and one of the planted bugs, as the proof that a broken promise is noticed. The program
# is that of the preset `simulate`, which ./dev test builds beside `release`.
function(rookery_simulation_tests)
  if(NOT ROOKERY_PRESET STREQUAL "release")
    return()
  endif()
  set(program "${CMAKE_SOURCE_DIR}/build/simulate/simulate")
  add_test(NAME sim.seeds COMMAND "${program}" 500)
  add_test(NAME sim.repeats COMMAND sh "${CMAKE_SOURCE_DIR}/tests/sim/repeats.sh" "${program}")
  add_test(NAME sim.planted COMMAND "${program}" 300 --planted)
  set_tests_properties(sim.seeds sim.repeats sim.planted PROPERTIES LABELS simulation TIMEOUT 300)
endfunction()

# build/simulate/simulate: the layers below `api` in virtual time (tests/sim, docs/simulation.md).
function(rookery_simulation)
  if(NOT ROOKERY_SIMULATION)
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/sim/*.cpp"
    "${CMAKE_SOURCE_DIR}/tests/witness/*.cpp")
  add_executable(simulate ${sources})
  target_include_directories(simulate PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(simulate PRIVATE rookery::chat rookery_pkg::boost_context
    rookery_pkg::cli11)
  target_precompile_headers(simulate REUSE_FROM rookery_pch)
endfunction()

# build/<preset>/torture and its disk_shim.so: the real program under kill -9, on a disk and a
# database that fail (tests/torture, docs/torture.md).
function(rookery_torture)
  if(ROOKERY_SANITIZE)
    return()  # a sanitizer's runtime will not stand behind a preloaded library
  endif()
  add_library(disk_shim MODULE "${CMAKE_SOURCE_DIR}/tests/torture/disk/shim.cpp")
  target_include_directories(disk_shim PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  set_target_properties(disk_shim PROPERTIES PREFIX "")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/torture/*.cpp"
    "${CMAKE_SOURCE_DIR}/tests/torture/disk/disk.cpp" "${CMAKE_SOURCE_DIR}/tests/witness/*.cpp"
    "${CMAKE_SOURCE_DIR}/tests/support/store/*.cpp")
  add_executable(torture ${sources})
  target_include_directories(torture PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(torture PRIVATE rookery::chat rookery_pkg::cli11)
  target_precompile_headers(torture REUSE_FROM rookery_pch)
  add_dependencies(torture rookery disk_shim)
  add_test(NAME torture.short
    COMMAND torture 0 --server "$<TARGET_FILE:rookery>" --shim "$<TARGET_FILE:disk_shim>"
      --play 1000 --only kill no-space lost-cache postgres-kill normal-sync)
  set_tests_properties(torture.short PROPERTIES LABELS torture TIMEOUT 300)
endfunction()
