// The numerical seams of the encoder: one function per step of the figure, plain LibTorch operations behind them.
// A faster version of one of these replaces its body, never its signature.
//
// Names of sizes: T tokens of a ragged batch, W windows, Q selected tokens, H hidden, F intermediate, V vocabulary,
// A attention heads, D = H / A. All functions are differentiable.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cmgems::nn {

/// Which random numbers one dropout mask takes: those of stream (dropout, step, draw) of the seed.
struct DropoutKey {
  std::uint64_t seed = 0, step = 0, draw = 0;
  friend bool operator==(const DropoutKey&, const DropoutKey&) = default;
};

/// For LibTorch's own generator, which some kernels of a GPU draw from.
std::uint64_t device_seed(const DropoutKey& key);

/// Where dropout draws from: a pure function of (seed, step, micro-batch, call), so that nothing has to be saved.
/// `draw` holds micro-batch, call and, in its lowest 18 bits, a number that attention counts heads of windows with.
class DropoutStream {
 public:
  DropoutStream() = default;  // no dropout
  DropoutStream(std::uint64_t seed, std::uint64_t step, std::uint64_t micro_batch)
      : active_(true), next_{seed, step, micro_batch << 30} {}
  bool active() const { return active_; }
  /// A fresh key per call site, in forward order.
  DropoutKey next() {
    const DropoutKey key = next_;
    next_.draw += std::uint64_t{1} << 18;
    return key;
  }

 private:
  bool active_ = false;
  DropoutKey next_;
};

class DeviceCache;

/// The fast version of each step, on CPU and in fp32 or bf16; false: the plain operations of LibTorch. Same results
/// within rounding (tests/unit/nn/fast_paths_test.cpp), so this is no configuration: `cmgems bench train --ablate`
/// measures what each is worth.
struct FastPaths {
  bool feed_forward = true;         // chunks of rows that stay in the cache, bias and GELU in one sweep
  bool layer_norm = true;           // dropout, residual (or embeddings) and LayerNorm in one sweep
  bool attention = true;            // CPU: a head of a window at a time, scores are not kept; GPU: flash attention
  bool cross_entropy = true;        // loss and gradient in one sweep, in the memory of the logits
  bool last_layer_selected = true;  // queries and feed-forward of the last layer for selected tokens only
  bool head_selected = true;        // language model head for selected tokens only
};

/// What a forward pass is run with.
struct Pass {
  at::ScalarType compute = at::kFloat;  // dtype of matrix products; sums, norms and the loss stay in fp32
  DropoutStream dropout;                // inactive outside training
  FastPaths fast = {};
  std::shared_ptr<DeviceCache> cache = nullptr;  // on a GPU, shared by the passes of a step; may be null
  bool fixed_order = false;  // on a GPU: the same bits whenever the same is computed; elsewhere that is always so
};

/// Which tokens go together: window w holds tokens [cu[w], cu[w+1]).
using Boundaries = std::span<const std::int32_t>;

namespace ops {

/// x [T, in], weight [out, in], bias [out] -> [T, out] in pass.compute.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Pass& pass);

/// linear, then exact (erf) GELU. -> [T, out] in pass.compute.
at::Tensor linear_gelu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Pass& pass);

/// linear_gelu with the wide pair, then linear with the other. x [T, H], wide_weight [F, H], weight [H, F] -> [T, H].
at::Tensor feed_forward(const at::Tensor& x, const at::Tensor& wide_weight, const at::Tensor& wide_bias,
                        const at::Tensor& weight, const at::Tensor& bias, const Pass& pass);

/// Word + position + type-0 embedding, then LayerNorm. ids, positions [T] int64 -> [T, H].
at::Tensor embed(const at::Tensor& ids, const at::Tensor& positions, const at::Tensor& words,
                 const at::Tensor& position_table, const at::Tensor& types, const at::Tensor& gamma,
                 const at::Tensor& beta, double epsilon, const Pass& pass);

/// LayerNorm(residual + dropout(x)): the end of both halves of a layer. [T, H] -> [T, H] fp32.
at::Tensor dropout_add_layer_norm(const at::Tensor& x, const at::Tensor& residual, double dropout,
                                  const at::Tensor& gamma, const at::Tensor& beta, double epsilon, Pass& pass);

/// Bidirectional attention within each window: softmax(q k^T / sqrt(D)) v. q [Q, A, D], k and v [T, A, D];
/// query_windows and key_windows have W + 1 boundaries each (equal when every token asks). -> [Q, A, D].
/// The fast path on CPU computes scores again in the backward pass and never stores them.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                     Boundaries key_windows, double dropout, Pass& pass);

/// What `attention` multiplies the values with, for one window and without dropout, computed plainly: for looking at.
/// q, k [L, A, D] -> [A, L, L] fp32, rows sum to 1.
at::Tensor attention_probabilities(const at::Tensor& q, const at::Tensor& k);

/// x with each element zeroed with probability p, the others divided by the share kept. Active streams only.
at::Tensor dropout(const at::Tensor& x, double p, Pass& pass);

/// Keep-and-scale factors (0 or 1 / share kept) drawn by Philox from `key`: fp32, independent of threads and device.
at::Tensor dropout_mask(at::IntArrayRef shape, double p, const DropoutKey& key, at::Device device = at::kCPU);

/// Sum over rows of the cross-entropy. logits [M, V] any dtype, labels [M] int64 -> scalar fp32. With gradients, the
/// fast path overwrites the logits with theirs: nobody may read them afterwards.
at::Tensor cross_entropy_sum(const at::Tensor& logits, const at::Tensor& labels, const Pass& pass = {});

}  // namespace ops
}  // namespace cmgems::nn
