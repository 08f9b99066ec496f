# Which LibTorch is used, what it is built for, and its target cmgems::libtorch.
set(CMGEMS_TORCH_ROOT "$ENV{CMGEMS_TORCH_ROOT}" CACHE PATH "Folder with LibTorch's include/ and lib/")

# A folder that an earlier configuration found by itself may have moved since: it is looked for anew. One that was named
# by hand is never replaced.
if(NOT CMGEMS_TORCH_ROOT OR (CMGEMS_TORCH_ROOT STREQUAL CMGEMS_TORCH_FOUND AND NOT EXISTS "${CMGEMS_TORCH_ROOT}"))
  execute_process(COMMAND "${PROJECT_SOURCE_DIR}/scripts/setup" --print-torch-root
                  OUTPUT_VARIABLE torch_root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT torch_root)
    message(FATAL_ERROR "no LibTorch was found. Run scripts/setup, or set the environment variable CMGEMS_TORCH_ROOT to a LibTorch 2.11 folder.")
  endif()
  set(CMGEMS_TORCH_ROOT "${torch_root}" CACHE PATH "Folder with LibTorch's include/ and lib/" FORCE)
  set(CMGEMS_TORCH_FOUND "${torch_root}" CACHE INTERNAL "CMGEMS_TORCH_ROOT as scripts/setup found it")
endif()
if(NOT EXISTS "${CMGEMS_TORCH_ROOT}/include/torch/csrc/api/include/torch/torch.h")
  message(FATAL_ERROR "no LibTorch at CMGEMS_TORCH_ROOT=${CMGEMS_TORCH_ROOT} (remembered in ${CMAKE_BINARY_DIR}/CMakeCache.txt). "
                      "Configure with -DCMGEMS_TORCH_ROOT=FOLDER for another LibTorch 2.11 folder, or with -UCMGEMS_TORCH_ROOT to look for one.")
endif()

# "13.0", "none" for a build without CUDA: a wheel says so in version.py, a plain LibTorch in build-version.
set(CMGEMS_TORCH_CUDA unknown)
if(EXISTS "${CMGEMS_TORCH_ROOT}/version.py")
  file(STRINGS "${CMGEMS_TORCH_ROOT}/version.py" line REGEX "^cuda[ :=]" LIMIT_COUNT 1)
  if(line MATCHES "'([0-9.]+)'")
    set(CMGEMS_TORCH_CUDA "${CMAKE_MATCH_1}")
  elseif(line MATCHES "None")
    set(CMGEMS_TORCH_CUDA none)
  endif()
elseif(EXISTS "${CMGEMS_TORCH_ROOT}/build-version")
  file(STRINGS "${CMGEMS_TORCH_ROOT}/build-version" line LIMIT_COUNT 1)
  if(line MATCHES "[+]cu([0-9]+)([0-9])$")
    set(CMGEMS_TORCH_CUDA "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
  elseif(line MATCHES "[+]cpu$")
    set(CMGEMS_TORCH_CUDA none)
  endif()
endif()

cmgems_add_libtorch("${CMGEMS_TORCH_ROOT}")
message(STATUS "LibTorch: ${CMGEMS_TORCH_ROOT} (CUDA ${CMGEMS_TORCH_CUDA})")
