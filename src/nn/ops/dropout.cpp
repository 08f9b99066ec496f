#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "../cuda/load.h"
#include "../parallel_for.h"
#include "cmgems/base/random.h"
#include "cmgems/nn/ops.h"
#include "dense_cuda.h"
#include "kernels_cpu.h"

namespace cmgems::nn {

std::uint64_t device_seed(const DropoutKey& key) {
  return RandomStream(key.seed, Purpose::dropout, key.step, key.draw).next64();
}

namespace ops {

at::Tensor dropout_mask(at::IntArrayRef shape, double p, const DropoutKey& key, at::Device device) {
  if (device.is_cuda()) {
    if (cuda::table() != nullptr) return cuda::table()->dropout_mask(shape, p, key, device);
    return dropout_mask(shape, p, key).to(device);
  }
  auto mask = at::empty(shape, at::kFloat);
  float* const out = mask.data_ptr<float>();
  constexpr std::int64_t kPiece = 4096;  // elements, a multiple of a block's 8
  const std::int64_t count = mask.numel();
  at::parallel_for(0, (count + kPiece - 1) / kPiece, 8, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * kPiece, last = std::min(count, end * kPiece);
    fill_dropout_factors(out + first, last - first, first / 8, p, key);
  });
  return mask;
}

at::Tensor dropout(const at::Tensor& x, double p, Pass& pass) {
  if (p == 0 || !pass.dropout.active()) return x;
  if (x.is_cuda()) return dropout_cuda(x, p, pass.dropout.next());
  return x * dropout_mask(x.sizes(), p, pass.dropout.next()).to(x.scalar_type());
}

}  // namespace ops
}  // namespace cmgems::nn
