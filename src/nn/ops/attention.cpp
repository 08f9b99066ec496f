#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>

#include <cmath>

#include "attention_cpu.h"
#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {
namespace {

/// LibTorch's fused attention per run of equal windows, with autograd: what a GPU runs.
at::Tensor attention_by_runs(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const std::vector<WindowRun>& runs, double dropout) {
  std::vector<std::int64_t> query_sizes, key_sizes;
  for (const auto& run : runs) {
    query_sizes.push_back(run.windows * run.queries);
    key_sizes.push_back(run.windows * run.keys);
  }
  const auto qs = q.split_with_sizes(query_sizes), ks = k.split_with_sizes(key_sizes),
             vs = v.split_with_sizes(key_sizes);
  std::vector<at::Tensor> outputs;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].queries == 0) continue;
    const auto block = [&](const at::Tensor& x, std::int64_t length) {  // [n * L, A, D] -> [n, A, L, D]
      return x.view({runs[i].windows, length, x.size(1), x.size(2)}).transpose(1, 2);
    };
    const auto out = at::scaled_dot_product_attention(block(qs[i], runs[i].queries), block(ks[i], runs[i].keys),
                                                      block(vs[i], runs[i].keys), {}, dropout);
    outputs.push_back(out.transpose(1, 2).reshape(qs[i].sizes()));
  }
  return at::cat(outputs);
}

}  // namespace

std::vector<WindowRun> runs_of(Boundaries query_windows, Boundaries key_windows) {
  std::vector<WindowRun> runs;
  for (std::size_t w = 0; w + 1 < key_windows.size(); ++w) {
    const std::int64_t queries = query_windows[w + 1] - query_windows[w];
    const std::int64_t keys = key_windows[w + 1] - key_windows[w];
    if (!runs.empty() && runs.back().queries == queries && runs.back().keys == keys) {
      ++runs.back().windows;
    } else {
      runs.push_back({1, query_windows[w], queries, key_windows[w], keys});
    }
  }
  return runs;
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                     Boundaries key_windows, double dropout, Pass& pass) {
  const double p = pass.dropout.active() ? dropout : 0;
  auto runs = runs_of(query_windows, key_windows);
  if (!q.is_cuda()) {
    return attention_cpu(q, k, v, std::move(runs), p, p > 0 ? pass.dropout.next() : DropoutKey{});
  }
  return attention_by_runs(q, k, v, runs, p);
}

at::Tensor attention_probabilities(const at::Tensor& q, const at::Tensor& k) {
  const auto type = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto queries = q.to(type).transpose(0, 1), keys = k.to(type).permute({1, 2, 0});  // [A, L, D], [A, D, L]
  return at::softmax(at::matmul(queries, keys) / std::sqrt(static_cast<double>(q.size(2))), -1);
}

}  // namespace cmgems::nn::ops
