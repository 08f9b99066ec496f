#include "attention_cpu.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "autograd_cpu.h"

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
    require_first_derivative();
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

}  // namespace

at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const std::vector<WindowRun>& runs) {
  return FlashAttention::apply(q, k, v, runs);
}

}  // namespace cmgems::nn::ops
