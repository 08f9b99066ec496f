# Language level, optimisation defaults and the warnings that own code is compiled with (dependencies are SYSTEM).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(cmgems_warnings INTERFACE)
target_compile_options(cmgems_warnings INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow              # a local that hides a member is the usual cause of a silent no-op
  -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wcast-qual
  # GCC 12 warns falsely about "literal" + string at -O3.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${CMGEMS_WARNINGS_AS_ERRORS}>:-Werror>)

if(CMGEMS_FUZZ)
  set(CMGEMS_SANITIZE ON)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage of the libraries
endif()

if(CMGEMS_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  set(CMGEMS_SANITIZER_SOURCES "${PROJECT_SOURCE_DIR}/tests/support/sanitizers.cpp")  # in every program
endif()
