# Component Runtime: program, kernels, shipped configurations, licence. Component Development: libraries, headers and the
# package that find_package(cmgems) reads, with cmgems::core (no LibTorch), cmgems::torch, and a target per layer.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/cmgems")
set(kernel_folder "${CMAKE_INSTALL_LIBDIR}/cmgems")

# Where an installed program finds the kernels, and LibTorch.
set(program_rpath "$ORIGIN/../${kernel_folder};$ORIGIN")
if(CMGEMS_RELOCATABLE)
  list(APPEND program_rpath "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
else()
  list(APPEND program_rpath "${CMGEMS_TORCH_ROOT}/lib")
  set(kernel_rpath "${CMGEMS_TORCH_ROOT}/lib")
endif()

# cmgems_install_program(TARGET [COMPONENT name] ...): further arguments go to install().
function(cmgems_install_program target)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${program_rpath}")
  if(CMGEMS_RELOCATABLE)  # as RPATH, which also serves the libraries that the program's libraries need
    target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
  endif()
  install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" ${ARGN})
endfunction()

cmgems_install_program(cmgems COMPONENT Runtime)
if(TARGET gpu)
  cmgems_install_program(gpu COMPONENT GpuTests EXCLUDE_FROM_ALL)
endif()
if(TARGET gemm_algorithms)
  cmgems_install_program(gemm_algorithms COMPONENT GpuTests EXCLUDE_FROM_ALL)
endif()
if(TARGET cmgems_cuda)
  set_target_properties(cmgems_cuda PROPERTIES INSTALL_RPATH "${kernel_rpath}")
  install(TARGETS cmgems_cuda LIBRARY DESTINATION "${kernel_folder}" COMPONENT Runtime)
endif()
install(DIRECTORY configs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/cmgems/configs" COMPONENT Runtime)
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT Runtime)

# Two sets of targets, so that the libraries without LibTorch can be used where there is none.
add_library(cmgems_core INTERFACE)
add_library(cmgems_torch INTERFACE)
set_target_properties(cmgems_core PROPERTIES EXPORT_NAME core)
set_target_properties(cmgems_torch PROPERTIES EXPORT_NAME torch)
set(core_targets cmgems_core)
set(torch_targets cmgems_torch)
get_property(libraries GLOBAL PROPERTY CMGEMS_LIBRARIES)
foreach(library IN LISTS libraries)
  get_target_property(with_torch ${library} CMGEMS_TORCH)
  if(with_torch)
    list(APPEND torch_targets ${library})
    target_link_libraries(cmgems_torch INTERFACE ${library})
  else()
    list(APPEND core_targets ${library})
    target_link_libraries(cmgems_core INTERFACE ${library})
  endif()
endforeach()
foreach(set core torch)
  install(TARGETS ${${set}_targets} EXPORT cmgems_${set}_targets
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Development)
  install(EXPORT cmgems_${set}_targets NAMESPACE cmgems:: DESTINATION "${package_folder}" COMPONENT Development)
endforeach()

install(DIRECTORY include/cmgems DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT Development)
configure_package_config_file(cmake/cmgemsConfig.cmake.in cmgemsConfig.cmake INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file(cmgemsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/cmgemsConfig.cmake" "${PROJECT_BINARY_DIR}/cmgemsConfigVersion.cmake"
  cmake/Dependencies.cmake cmake/ImportedLibraries.cmake
  DESTINATION "${package_folder}" COMPONENT Development)
