#include "cmgems/nn/nccl.h"

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "cmgems/base/error.h"
#include "cuda/load.h"

namespace cmgems::nn {

c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int world,
                                            std::chrono::milliseconds timeout) {
  const auto* const table = cuda::load() ? cuda::table() : nullptr;
  if (table == nullptr || table->process_group == nullptr) {
    throw IoError("several ranks on GPUs need libcmgems_cuda.so, which brings NCCL" +
                  (cuda::problem().empty() ? std::string() : " (" + cuda::problem() + ")") +
                  ": build with nvcc, or train on one GPU, or with --device cpu");
  }
  return table->process_group(store, rank, world, timeout);
}

}  // namespace cmgems::nn
