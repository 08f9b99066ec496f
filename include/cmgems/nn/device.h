// Devices and threads, resolved from the configuration once, at the start of a command.
#pragma once

#include <string>

#include "cmgems/config/model_options.h"

namespace cmgems::nn {

struct Runtime {
  bool cuda = false;
  bool bf16 = false;
  int threads = 1;
  std::int64_t micro_batch_tokens = 4096;
  std::string note;  // why something asked for was not done, else empty
};

/// Sets LibTorch's threads and decides device and precision.
/// Throws: UsageError when cuda is asked for and there is none.
Runtime start_runtime(const config::ComputeOptions& options);

/// Lines for `cmgems doctor` and --version: LibTorch, CUDA, devices, processor features.
std::string torch_version();
std::string cuda_description();
bool cpu_has_bf16();

}  // namespace cmgems::nn
