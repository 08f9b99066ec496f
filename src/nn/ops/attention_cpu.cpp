#include "attention_cpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// [rows, A, D] -> view [n, A, L, D] of one run.
at::Tensor block(const at::Tensor& x, std::int64_t first, std::int64_t windows, std::int64_t length) {
  return x.narrow(0, first, windows * length).view({windows, length, x.size(1), x.size(2)}).transpose(1, 2);
}
at::Tensor queries_of(const at::Tensor& x, const WindowRun& run) {
  return block(x, run.first_query, run.windows, run.queries);
}
at::Tensor keys_of(const at::Tensor& x, const WindowRun& run) { return block(x, run.first_key, run.windows, run.keys); }

/// Autograd keeps plain values only: the runs travel as a list of integers.
std::vector<std::int64_t> flatten(const std::vector<WindowRun>& runs) {
  std::vector<std::int64_t> list;
  for (const auto& run : runs)
    list.insert(list.end(), {run.windows, run.first_query, run.queries, run.first_key, run.keys});
  return list;
}
std::vector<WindowRun> unflatten(const std::vector<std::int64_t>& list) {
  std::vector<WindowRun> runs;
  for (std::size_t i = 0; i < list.size(); i += 5)
    runs.push_back({list[i], list[i + 1], list[i + 2], list[i + 3], list[i + 4]});
  return runs;
}

/// Gradients of q, k and v, filled run by run; keys of windows that nobody asked get zero.
struct Gradients {
  at::Tensor q, k, v;
  Gradients(const at::Tensor& q_, const at::Tensor& k_, const at::Tensor& v_)
      : q(at::empty_like(q_, at::MemoryFormat::Contiguous)),
        k(at::empty_like(k_, at::MemoryFormat::Contiguous)),
        v(at::empty_like(v_, at::MemoryFormat::Contiguous)) {}
  void clear(const WindowRun& run) {
    keys_of(k, run).zero_();
    keys_of(v, run).zero_();
  }
  void set(const WindowRun& run, const at::Tensor& dq, const at::Tensor& dk, const at::Tensor& dv) {
    queries_of(q, run).copy_(dq);
    keys_of(k, run).copy_(dk);
    keys_of(v, run).copy_(dv);
  }
};

/// LibTorch's fused kernel; keeps one log-sum-exp per query and head for the backward pass.
struct FlashAttention : torch::autograd::Function<FlashAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::vector<WindowRun>& runs) {
    at::Tensor out = at::empty_like(q, at::MemoryFormat::Contiguous);
    variable_list saved{q, k, v, out};
    for (const auto& run : runs) {
      if (run.queries == 0) continue;
      auto [values, log_sum_exp] =
          at::_scaled_dot_product_flash_attention_for_cpu(queries_of(q, run), keys_of(k, run), keys_of(v, run));
      queries_of(out, run).copy_(values);
      saved.push_back(log_sum_exp);
    }
    context->save_for_backward(saved);
    context->saved_data["runs"] = flatten(runs);
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3];
    const at::Tensor gradient = gradients[0].contiguous();
    Gradients result(q, k, v);
    std::size_t next = 4;
    for (const auto& run : unflatten(context->saved_data["runs"].toIntVector())) {
      if (run.queries == 0) {
        result.clear(run);
        continue;
      }
      auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
          queries_of(gradient, run), queries_of(q, run), keys_of(k, run), keys_of(v, run), queries_of(out, run),
          saved[next++], /*dropout_p=*/0.0, /*is_causal=*/false);
      result.set(run, dq, dk, dv);
    }
    return {result.q, result.k, result.v, {}};
  }
};

/// Scores of one run with dropout: P = softmax(q k^T / sqrt(D)) before, kept after the mask.
struct Scores {
  at::Tensor probabilities, mask;
  double scale;
  Scores(const at::Tensor& q, const at::Tensor& k, double dropout, const DropoutKey& key)
      : scale(1.0 / std::sqrt(static_cast<double>(q.size(3)))) {
    probabilities = at::softmax(at::matmul(q, k.transpose(2, 3)) * scale, -1);
    mask = dropout_mask(probabilities.sizes(), dropout, key).to(q.scalar_type());
  }
};

/// With dropout the fused kernel refuses, and LibTorch would keep A x S x S scores per window. Here they live for one
/// run at a time, and the backward pass computes them again with the same mask.
struct DropoutAttention : torch::autograd::Function<DropoutAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::vector<WindowRun>& runs, double dropout, const std::vector<std::int64_t>& key) {
    at::Tensor out = at::empty_like(q, at::MemoryFormat::Contiguous);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].queries == 0) continue;
      const Scores scores(queries_of(q, runs[i]), keys_of(k, runs[i]), dropout, key_of(key, i));
      queries_of(out, runs[i]).copy_(at::matmul(scores.probabilities * scores.mask, keys_of(v, runs[i])));
    }
    context->save_for_backward({q, k, v});
    context->saved_data["runs"] = flatten(runs);
    context->saved_data["dropout"] = dropout;
    context->saved_data["key"] = key;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2];
    const at::Tensor gradient = gradients[0].contiguous();
    const double dropout = context->saved_data["dropout"].toDouble();
    const auto key = context->saved_data["key"].toIntVector();
    Gradients result(q, k, v);
    const auto runs = unflatten(context->saved_data["runs"].toIntVector());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].queries == 0) {
        result.clear(runs[i]);
        continue;
      }
      const auto qi = queries_of(q, runs[i]), ki = keys_of(k, runs[i]), vi = keys_of(v, runs[i]);
      const auto go = queries_of(gradient, runs[i]);
      const Scores scores(qi, ki, dropout, key_of(key, i));
      const auto dp = at::matmul(go, vi.transpose(2, 3)) * scores.mask;
      const auto ds = at::_softmax_backward_data(dp, scores.probabilities, -1, q.scalar_type()) * scores.scale;
      result.set(runs[i], at::matmul(ds, ki), at::matmul(ds.transpose(2, 3), qi),
                 at::matmul((scores.probabilities * scores.mask).transpose(2, 3), go));
    }
    return {result.q, result.k, result.v, {}, {}, {}};
  }

  /// Each run draws its own numbers. Autograd keeps plain values only: a key travels as a list of integers.
  static DropoutKey key_of(const std::vector<std::int64_t>& key, std::size_t run) {
    return {static_cast<std::uint64_t>(key[0]), static_cast<std::uint64_t>(key[1]),
            static_cast<std::uint64_t>(key[2]) + run};
  }
};

}  // namespace

at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::vector<WindowRun> runs,
                         double dropout, const DropoutKey& key) {
  if (dropout == 0) return FlashAttention::apply(q, k, v, runs);
  return DropoutAttention::apply(
      q, k, v, runs, dropout,
      std::vector<std::int64_t>{static_cast<std::int64_t>(key.seed), static_cast<std::int64_t>(key.step),
                                static_cast<std::int64_t>(key.draw)});
}

}  // namespace cmgems::nn::ops
