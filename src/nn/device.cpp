#include "cmgems/nn/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/version.h>

#include <thread>

#include "cmgems/base/error.h"
#include "cuda/load.h"

namespace cmgems::nn {
namespace {

bool wants_bf16(const config::ComputeOptions& options, bool cuda, std::string& note) {
  if (options.bf16 == config::Switch::automatic) return cuda;
  if (options.bf16 == config::Switch::off) return false;
  if (cuda || cpu_has_bf16()) return true;
  note = "compute.bf16 is on, but this processor has no bf16 instructions: using fp32";
  return false;
}

}  // namespace

Runtime start_runtime(const config::ComputeOptions& options) {
  Runtime runtime;
  if (options.device != config::DeviceChoice::cpu) runtime.cuda = cuda::load();
  if (options.device == config::DeviceChoice::cuda && !runtime.cuda) {
    throw UsageError(
        "--device cuda: no CUDA device, driver or CUDA build of LibTorch was found; see `cmgems doctor`, or use "
        "--device cpu");
  }
  runtime.threads = options.threads > 0 ? static_cast<int>(options.threads)
                                        : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(runtime.threads);
  if (!cuda_kernels_problem().empty()) {
    runtime.note = "LibTorch's kernels stand in for our own on the GPU, slower: " + cuda_kernels_problem();
  }
  runtime.deterministic = options.deterministic;
  runtime.bf16 = wants_bf16(options, runtime.cuda, runtime.note);
  runtime.micro_batch_tokens =
      options.micro_batch_tokens > 0 ? options.micro_batch_tokens : (runtime.cuda ? 65536 : 4096);
  return runtime;
}

std::string torch_version() { return TORCH_VERSION; }

std::string torch_cuda_version() { return CMGEMS_TORCH_CUDA; }

bool cuda_available() { return cuda::load(); }

std::int64_t peak_device_memory() {
  if (!cuda::loaded_before()) return 0;
  auto* const allocator = c10::getDeviceAllocator(at::kCUDA);
  return allocator->initialized() ? allocator->getDeviceStats(0).allocated_bytes[0].peak : 0;
}

std::string cuda_kernels_problem() { return cuda::problem(); }

bool cpu_has_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace cmgems::nn
