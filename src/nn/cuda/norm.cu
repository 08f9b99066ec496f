#include "kernels.h"

namespace cmgems::nn::cuda {
namespace {

constexpr int kLanes = 32;
constexpr int kRowsPerBlock = 4;
constexpr int kWeightThreads = 64;

/// The lanes of a warp; a row is a warp's.
struct WarpLanes {
  int index;
  static constexpr int count = kLanes;
  __device__ float sum(float value) const {
    for (int distance = kLanes / 2; distance > 0; distance /= 2) {
      value += __shfl_xor_sync(0xffffffffU, value, distance);
    }
    return value;
  }
};

__device__ std::int64_t own_row() { return std::int64_t{blockIdx.x} * kRowsPerBlock + threadIdx.y; }

template <class T>
__global__ void forward_kernel(NormArguments<T> arguments) {
  const std::int64_t row = own_row();  // the same for a whole warp
  if (row < arguments.rows) norm_row(arguments, row, WarpLanes{static_cast<int>(threadIdx.x)});
}

template <class T>
__global__ void backward_kernel(NormBackwardArguments<T> arguments) {
  const std::int64_t row = own_row();
  if (row < arguments.rows) norm_backward_row(arguments, row, WarpLanes{static_cast<int>(threadIdx.x)});
}

template <class T>
__global__ void weights_kernel(NormBackwardArguments<T> arguments, float* gamma, float* beta) {
  const std::int64_t block = std::int64_t{blockIdx.y} * kWeightThreads + threadIdx.x;
  if (block * kEight >= arguments.hidden) return;
  Eight<float> gamma_sum{}, beta_sum{};
  norm_weights_backward(arguments, blockIdx.x, gridDim.x, block, gamma_sum, beta_sum);
  const std::int64_t begin = blockIdx.x * arguments.hidden;
  store(gamma + begin, block, gamma_sum);
  store(beta + begin, block, beta_sum);
}

unsigned grid_for(std::int64_t rows) { return static_cast<unsigned>((rows + kRowsPerBlock - 1) / kRowsPerBlock); }

}  // namespace

template <class T>
void norm_forward(const NormArguments<T>& arguments, cudaStream_t stream) {
  forward_kernel<<<grid_for(arguments.rows), dim3(kLanes, kRowsPerBlock), 0, stream>>>(arguments);
}

template <class T>
void norm_backward(const NormBackwardArguments<T>& arguments, cudaStream_t stream) {
  backward_kernel<<<grid_for(arguments.rows), dim3(kLanes, kRowsPerBlock), 0, stream>>>(arguments);
}

template <class T>
void norm_weights(const NormBackwardArguments<T>& arguments, float* gamma, float* beta, cudaStream_t stream) {
  const auto columns = static_cast<unsigned>((arguments.hidden / kEight + kWeightThreads - 1) / kWeightThreads);
  weights_kernel<<<dim3(kNormParts, columns), kWeightThreads, 0, stream>>>(arguments, gamma, beta);
}

#define CMGEMS_INSTANTIATE(T)                                                 \
  template void norm_forward(const NormArguments<T>&, cudaStream_t);          \
  template void norm_backward(const NormBackwardArguments<T>&, cudaStream_t); \
  template void norm_weights(const NormBackwardArguments<T>&, float*, float*, cudaStream_t);
CMGEMS_INSTANTIATE(float)
CMGEMS_INSTANTIATE(c10::BFloat16)

}  // namespace cmgems::nn::cuda
