#include "cmgems/nn/ops.h"
#include "feed_forward_cpu.h"
#include "recorded.h"

namespace cmgems::nn::ops {

at::Tensor feed_forward(const at::Tensor& x, const at::Tensor& wide_weight, const at::Tensor& wide_bias,
                        const at::Tensor& weight, const at::Tensor& bias, const Pass& pass) {
  const Recorded recorded("cmgems::feed_forward");
  if (pass.fast.feed_forward && x.is_cpu() && x.scalar_type() == at::kFloat) {
    return feed_forward_cpu(x, wide_weight, wide_bias, weight, bias, pass.compute);
  }
  return linear(linear_gelu(x, wide_weight, wide_bias, pass), weight, bias, pass);
}

}  // namespace cmgems::nn::ops
