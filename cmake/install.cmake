# What `cmake --install build/<preset>` puts under a prefix: the program, and the library for C++
# programs of others, found by find_package(rookery) or pkg-config's rookery-socketio.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# rookery_install_library(<layers...>): their headers and archives. Those they depend on must be
# among them.
function(rookery_install_library)
  if(ROOKERY_SANITIZE OR ROOKERY_SIMULATION)
    return()
  endif()
  set(targets "")
  set(packages "")
  foreach(layer IN LISTS ARGN)
    list(APPEND targets rookery_${layer})
    set_target_properties(rookery_${layer} PROPERTIES EXPORT_NAME ${layer})
    get_target_property(libraries rookery_${layer} LINK_LIBRARIES)
    foreach(library IN LISTS libraries)
      if(library MATCHES "^rookery_pkg::(.+)$")
        list(APPEND packages rookery_pkg_${CMAKE_MATCH_1})
      endif()
    endforeach()
    install(DIRECTORY "${CMAKE_SOURCE_DIR}/src/${layer}/"
      DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/rookery/${layer}"
      FILES_MATCHING PATTERN "*.h")
  endforeach()
  list(REMOVE_DUPLICATES packages)
  install(TARGETS ${targets} ${packages} EXPORT rookery
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")

  set(folder "${CMAKE_INSTALL_LIBDIR}/cmake/rookery")
  install(EXPORT rookery NAMESPACE rookery:: FILE rookeryTargets.cmake DESTINATION "${folder}")
  configure_package_config_file(cmake/rookeryConfig.cmake.in generated/rookeryConfig.cmake
    INSTALL_DESTINATION "${folder}")
  write_basic_package_version_file(generated/rookeryConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES "${CMAKE_BINARY_DIR}/generated/rookeryConfig.cmake"
    "${CMAKE_BINARY_DIR}/generated/rookeryConfigVersion.cmake" DESTINATION "${folder}")
  configure_file(cmake/rookery-socketio.pc.in generated/rookery-socketio.pc @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/generated/rookery-socketio.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  install(PROGRAMS "$<TARGET_FILE:rookery>" DESTINATION "${CMAKE_INSTALL_BINDIR}")
endfunction()
