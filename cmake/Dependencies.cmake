# Third-party libraries that our libraries need, from the distribution. scripts/setup installs them; CMAKE_PREFIX_PATH may
# offer others. Installed too: find_package(cmgems) looks for the same ones.
include("${CMAKE_CURRENT_LIST_DIR}/ImportedLibraries.cmake")
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(Boost CONFIG REQUIRED)  # Boost.Math, headers only

cmgems_find_plain_library(htslib htslib/faidx.h hts libhts-dev)
cmgems_find_plain_library(liblbfgs lbfgs.h lbfgs liblbfgs-dev)
cmgems_find_plain_library(xxhash xxhash.h xxhash libxxhash-dev)
