// NCCL, which lives in LibTorch's CUDA part and so behind the library that is loaded on demand.
#pragma once

#include <c10/util/intrusive_ptr.h>

#include <chrono>

namespace c10d {
class Backend;
class Store;
}  // namespace c10d

namespace cmgems::nn {

/// A process group on this process's CUDA device. Throws: IoError when our CUDA library is not there (nn/device.h).
c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int world,
                                            std::chrono::milliseconds timeout);

}  // namespace cmgems::nn
