# LibTorch as an imported target `torch`. The wheel's own find_package(Torch) demands a CUDA toolkit even for CPU-only
# use and sets the CUDA architectures itself, so the few libraries that are needed are located here.
set(CMGEMS_TORCH_ROOT "$ENV{CMGEMS_TORCH_ROOT}" CACHE PATH "Folder with LibTorch's include/ and lib/")
if(NOT CMGEMS_TORCH_ROOT)
  execute_process(COMMAND "${PROJECT_SOURCE_DIR}/scripts/setup" --print-torch-root
                  OUTPUT_VARIABLE torch_root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(CMGEMS_TORCH_ROOT "${torch_root}" CACHE PATH "Folder with LibTorch's include/ and lib/" FORCE)
endif()
if(NOT EXISTS "${CMGEMS_TORCH_ROOT}/include/torch/csrc/api/include/torch/torch.h")
  message(FATAL_ERROR "no LibTorch at '${CMGEMS_TORCH_ROOT}'. Run scripts/setup, or set CMGEMS_TORCH_ROOT to a LibTorch 2.11 folder.")
endif()

add_library(torch INTERFACE)
# -idirafter: the wheel ships its own fmt and protobuf headers, which would shadow the distribution's.
target_compile_options(torch INTERFACE
  "SHELL:-idirafter ${CMGEMS_TORCH_ROOT}/include"
  "SHELL:-idirafter ${CMGEMS_TORCH_ROOT}/include/torch/csrc/api/include")
target_link_libraries(torch INTERFACE "${CMGEMS_TORCH_ROOT}/lib/libtorch_cpu.so" "${CMGEMS_TORCH_ROOT}/lib/libc10.so")
target_link_options(torch INTERFACE "-Wl,-rpath,${CMGEMS_TORCH_ROOT}/lib")
message(STATUS "LibTorch: ${CMGEMS_TORCH_ROOT}")
