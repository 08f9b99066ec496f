#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>

#include <cmath>

#include "attention_cpu.h"
#include "attention_cuda.h"
#include "cmgems/nn/ops.h"
#include "recorded.h"

namespace cmgems::nn::ops {
namespace {

/// The formula, window by window; autograd keeps every score.
at::Tensor plain_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                           Boundaries key_windows, double dropout, const DropoutKey& key) {
  const std::int64_t heads = q.size(1);
  std::vector<at::Tensor> outputs;
  for (std::size_t w = 0; w + 1 < key_windows.size(); ++w) {
    const auto cut = [w](const at::Tensor& x, Boundaries edges) {  // [A, L, D]
      return x.narrow(0, edges[w], edges[w + 1] - edges[w]).transpose(0, 1);
    };
    const auto qw = cut(q, query_windows), kw = cut(k, key_windows), vw = cut(v, key_windows);
    auto scores = at::softmax(at::matmul(qw, kw.transpose(1, 2)) / std::sqrt(static_cast<double>(q.size(2))), -1);
    if (dropout > 0) {
      std::vector<at::Tensor> masks;
      for (std::int64_t h = 0; h < heads; ++h)
        masks.push_back(
            dropout_mask(scores.sizes().slice(1), dropout, key_of_head(key, static_cast<std::int64_t>(w), heads, h)));
      scores = scores * at::stack(masks).to(scores.scalar_type());
    }
    outputs.push_back(at::matmul(scores, vw).transpose(0, 1));
  }
  return at::cat(outputs);
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                     Boundaries key_windows, double dropout, Pass& pass) {
  const Recorded recorded("cmgems::attention");
  const double p = pass.dropout.active() ? dropout : 0;
  const DropoutKey key = p > 0 ? pass.dropout.next() : DropoutKey{};
  if (pass.fast.attention && can_flash(q)) return attention_flash(q, k, v, query_windows, key_windows, p, key, pass);
  if (q.is_cuda()) return attention_plain(q, k, v, runs_of(query_windows, key_windows), p, key);
  if (!pass.fast.attention || q.scalar_type() == at::kDouble) {
    return plain_attention(q, k, v, query_windows, key_windows, p, key);
  }
  return attention_cpu(q, k, v, query_windows, key_windows, p, key);
}

at::Tensor attention_probabilities(const at::Tensor& q, const at::Tensor& k) {
  const auto type = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto queries = q.to(type).transpose(0, 1), keys = k.to(type).permute({1, 2, 0});  // [A, L, D], [A, D, L]
  return at::softmax(at::matmul(queries, keys) / std::sqrt(static_cast<double>(q.size(2))), -1);
}

}  // namespace cmgems::nn::ops
