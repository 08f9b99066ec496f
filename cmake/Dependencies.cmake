# Third-party libraries that come from the distribution. scripts/setup installs them; CMAKE_PREFIX_PATH may offer others.
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(Boost CONFIG REQUIRED)  # Boost.Math, headers only

# Debian's htslib, liblbfgs, xxhash and jemalloc have no CMake packages.
function(cmgems_find_plain_library target header library package)
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
cmgems_find_plain_library(htslib htslib/faidx.h hts libhts-dev)
cmgems_find_plain_library(liblbfgs lbfgs.h lbfgs liblbfgs-dev)
cmgems_find_plain_library(xxhash xxhash.h xxhash libxxhash-dev)
cmgems_find_plain_library(jemalloc jemalloc/jemalloc.h jemalloc libjemalloc-dev)
