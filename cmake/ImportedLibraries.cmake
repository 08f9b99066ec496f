# Imported targets for libraries without CMake packages that are fit for use. Used by the build and, installed, by
# find_package(cmgems).

# Debian's htslib, liblbfgs, xxhash and jemalloc have no CMake packages.
function(cmgems_find_plain_library target header library package)
  if(TARGET ${target})
    return()
  endif()
  find_path(${target}_INCLUDE "${header}")
  find_library(${target}_LIBRARY "${library}")
  mark_as_advanced(${target}_INCLUDE ${target}_LIBRARY)
  if(NOT ${target}_INCLUDE OR NOT ${target}_LIBRARY)
    message(FATAL_ERROR "cannot find ${library} (header ${header}). On Debian: apt-get install ${package}; "
                        "elsewhere name its prefix in CMAKE_PREFIX_PATH. scripts/setup installs everything.")
  endif()
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${${target}_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${${target}_INCLUDE}")
endfunction()

# The target cmgems::libtorch for the folder with LibTorch's include/ and lib/. Its own find_package(Torch) demands a CUDA
# toolkit even for CPU-only use and sets the CUDA architectures itself.
function(cmgems_add_libtorch root)
  if(TARGET cmgems::libtorch)
    return()
  endif()
  add_library(cmgems::libtorch INTERFACE IMPORTED GLOBAL)
  # -idirafter: the wheel ships its own fmt and protobuf headers, which would shadow the distribution's.
  target_compile_options(cmgems::libtorch INTERFACE
    "SHELL:-idirafter ${root}/include" "SHELL:-idirafter ${root}/include/torch/csrc/api/include")
  # LibTorch brings its OpenMP runtime; one from elsewhere beside it would start threads of its own.
  file(GLOB openmp "${root}/lib/libgomp*.so*")
  if(NOT openmp)
    set(openmp -lgomp)
  endif()
  target_link_libraries(cmgems::libtorch INTERFACE
    "${root}/lib/libtorch_cpu.so" "${root}/lib/libc10.so" ${openmp})
endfunction()
