#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <cmath>

#include "../cuda/load.h"
#include "cmgems/base/random.h"
#include "cmgems/nn/ops.h"
#include "dense_cuda.h"

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
  const auto threshold = static_cast<std::uint32_t>(std::lround(p * 65536));  // 16 random bits an element
  const float scale = 65536.0F / static_cast<float>(65536 - threshold);       // exact for the probability in use
  const PhiloxKey philox_key{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)};
  constexpr std::int64_t kPerBlock = 8;
  const std::int64_t count = mask.numel();
  at::parallel_for(0, (count + kPerBlock - 1) / kPerBlock, 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const PhiloxBlock block =
          philox4x32(stream_counter(Purpose::dropout, key.step, key.draw, static_cast<std::uint32_t>(b)), philox_key);
      const std::int64_t last = std::min(count, (b + 1) * kPerBlock);
      for (std::int64_t i = b * kPerBlock; i < last; ++i) {
        const std::int64_t half = i - b * kPerBlock;
        const std::uint32_t bits = block[static_cast<std::size_t>(half >> 1)] >> ((half & 1) * 16) & 0xffff;
        out[i] = bits < threshold ? 0.0F : scale;
      }
    }
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
