#include "kernels.h"

namespace cmgems::nn::cuda {
namespace {

constexpr int kThreads = 256;

std::int64_t blocks_of(std::int64_t count) { return (count + kEight - 1) / kEight; }
unsigned grid_for(std::int64_t blocks) { return static_cast<unsigned>((blocks + kThreads - 1) / kThreads); }

__device__ std::int64_t own_block() { return std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; }

__global__ void mask_kernel(float* mask, std::int64_t count, Dropout dropout) {
  const std::int64_t block = own_block();
  if (block * kEight >= count) return;
  const auto factors = dropout.factors(block);
  if ((block + 1) * kEight <= count) return store(mask, block, factors);
  for (int i = 0; i < kEight; ++i) {
    if (block * kEight + i < count) mask[block * kEight + i] = factors.at[i];
  }
}

template <class T>
__global__ void apply_kernel(const T* x, T* out, std::int64_t count, Dropout dropout) {
  const std::int64_t block = own_block(), begin = block * kEight;
  if (begin >= count) return;
  const auto factors = dropout.factors(block);
  if (begin + kEight <= count) {
    auto values = load(x, block);
    for (int i = 0; i < kEight; ++i) values.at[i] = static_cast<T>(static_cast<float>(values.at[i]) * factors.at[i]);
    return store(out, block, values);
  }
  for (int i = 0; i < kEight; ++i) {
    if (begin + i < count) out[begin + i] = static_cast<T>(static_cast<float>(x[begin + i]) * factors.at[i]);
  }
}

}  // namespace

void draw_mask(float* mask, std::int64_t count, const Dropout& dropout, cudaStream_t stream) {
  mask_kernel<<<grid_for(blocks_of(count)), kThreads, 0, stream>>>(mask, count, dropout);
}

template <class T>
void apply_dropout(const T* x, T* out, std::int64_t count, const Dropout& dropout, cudaStream_t stream) {
  apply_kernel<<<grid_for(blocks_of(count)), kThreads, 0, stream>>>(x, out, count, dropout);
}

template void apply_dropout(const float*, float*, std::int64_t, const Dropout&, cudaStream_t);
template void apply_dropout(const c10::BFloat16*, c10::BFloat16*, std::int64_t, const Dropout&, cudaStream_t);

}  // namespace cmgems::nn::cuda
