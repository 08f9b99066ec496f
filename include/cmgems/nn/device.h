// Devices and threads, resolved from the configuration once, at the start of a command.
#pragma once

#include <string>

#include "cmgems/config/model_options.h"
#include "cmgems/nn/ops.h"

namespace cmgems::nn {

struct Runtime {
  bool cuda = false;
  bool bf16 = false;
  bool deterministic = false;  // on CUDA: the same bits twice
  int threads = 1;
  std::int64_t micro_batch_tokens = 4096;
  FastPaths fast;    // all of them; measurements switch some off
  std::string note;  // why something asked for was not done, else empty
};

/// Sets LibTorch's threads and decides device and precision.
/// Throws: UsageError when cuda is asked for and there is none.
Runtime start_runtime(const config::ComputeOptions& options);

/// What LibTorch is and was built for: 2.11.0; 13.0, "none" for a build without CUDA, "unknown". Load nothing.
std::string torch_version();
std::string torch_cuda_version();
/// Whether CUDA can be used here. Loads LibTorch's CUDA part, a third of a gigabyte.
bool cuda_available();
/// Why our own CUDA kernels are not used although CUDA is; empty when they are, or before CUDA was looked for.
std::string cuda_kernels_problem();
bool cpu_has_bf16();
/// Largest device memory that tensors have taken so far, bytes; 0 before CUDA was loaded.
std::int64_t peak_device_memory();

}  // namespace cmgems::nn
