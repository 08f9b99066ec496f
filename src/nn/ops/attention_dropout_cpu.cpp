#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "attention_cpu.h"
#include "autograd_cpu.h"
#include "kernels_cpu.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What both passes share. Autograd keeps plain values only, so it travels as a list of integers and a number.
struct Windows {
  std::vector<std::int64_t> queries, keys;  // boundaries
  DropoutKey key;
  double p;
  std::int64_t count() const { return static_cast<std::int64_t>(keys.size()) - 1; }
};

/// Rows [edges[w], edges[w + 1]) of one head: [L, D], a view for fp32.
at::Tensor head_of(const at::Tensor& x, const std::vector<std::int64_t>& edges, std::int64_t w, std::int64_t head) {
  const std::int64_t first = edges[static_cast<std::size_t>(w)], last = edges[static_cast<std::size_t>(w) + 1];
  return x.narrow(0, first, last - first).select(1, head);
}

/// softmax(q k^T / sqrt(D)) of one head, and its product with the mask.
struct Scores {
  at::Tensor probabilities, dropped;  // [Q, T] fp32
  float scale;
  Scores(const at::Tensor& q, const at::Tensor& k, double p, const DropoutKey& key)
      : probabilities(at::mm(q, k.t())),
        dropped(at::empty_like(probabilities)),
        scale(static_cast<float>(1 / std::sqrt(static_cast<double>(q.size(1))))) {
    float* const factors = dropped.data_ptr<float>();
    fill_dropout_factors(factors, dropped.numel(), 0, p, key);
    softmax_rows(probabilities.data_ptr<float>(), factors, scale, probabilities.size(0), probabilities.size(1));
  }
};

/// Calls work(window, head) for all of them in threads. Windows are sorted by length: every thread gets some of each.
template <class Work>
void for_each_head(const Windows& windows, std::int64_t heads, Work work) {
  const std::int64_t count = windows.count();
  at::parallel_for(0, heads * count, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    for (std::int64_t i = begin; i < end; ++i) work(i % count, i / count);
  });
}

struct DropoutAttention : torch::autograd::Function<DropoutAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::vector<std::int64_t>& queries, const std::vector<std::int64_t>& keys, double p,
                            const std::vector<std::int64_t>& key) {
    const Windows windows{queries, keys, from_list(key), p};
    const std::int64_t heads = q.size(1);
    const auto out = at::empty_like(q, at::MemoryFormat::Contiguous);
    for_each_head(windows, heads, [&](std::int64_t w, std::int64_t h) {
      const auto target = head_of(out, queries, w, h);
      if (target.size(0) == 0) return;
      const auto part = [&](const at::Tensor& x, const auto& edges) { return head_of(x, edges, w, h).to(at::kFloat); };
      const Scores scores(part(q, queries), part(k, keys), p, key_of_head(windows.key, w, heads, h));
      target.copy_(at::mm(scores.dropped, part(v, keys)));
    });
    context->save_for_backward({q, k, v});
    context->saved_data["queries"] = queries;
    context->saved_data["keys"] = keys;
    context->saved_data["p"] = p;
    context->saved_data["key"] = key;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2];
    const Windows windows{context->saved_data["queries"].toIntVector(), context->saved_data["keys"].toIntVector(),
                          from_list(context->saved_data["key"].toIntVector()), context->saved_data["p"].toDouble()};
    const auto dq = at::empty_like(q, at::MemoryFormat::Contiguous),
               dk = at::empty_like(k, at::MemoryFormat::Contiguous),
               dv = at::empty_like(v, at::MemoryFormat::Contiguous);
    const std::int64_t heads = q.size(1);
    for_each_head(windows, heads, [&](std::int64_t w, std::int64_t h) {
      const auto part = [&](const at::Tensor& x, const auto& edges) { return head_of(x, edges, w, h).to(at::kFloat); };
      const auto qi = part(q, windows.queries), ki = part(k, windows.keys), go = part(gradients[0], windows.queries);
      auto key_gradient = head_of(dk, windows.keys, w, h), value_gradient = head_of(dv, windows.keys, w, h);
      if (qi.size(0) == 0) {  // nobody asked
        key_gradient.zero_();
        value_gradient.zero_();
        return;
      }
      const Scores scores(qi, ki, windows.p, key_of_head(windows.key, w, heads, h));
      const auto slopes = at::mm(go, part(v, windows.keys).t());
      value_gradient.copy_(at::mm(scores.dropped.t(), go));
      softmax_rows_backward(scores.probabilities.const_data_ptr<float>(), scores.dropped.const_data_ptr<float>(),
                            slopes.data_ptr<float>(), scores.scale, slopes.size(0), slopes.size(1));
      head_of(dq, windows.queries, w, h).copy_(at::mm(slopes, ki));
      key_gradient.copy_(at::mm(slopes.t(), qi));
    });
    return {dq, dk, dv, {}, {}, {}, {}};
  }

  static DropoutKey from_list(const std::vector<std::int64_t>& key) {
    return {static_cast<std::uint64_t>(key[0]), static_cast<std::uint64_t>(key[1]), static_cast<std::uint64_t>(key[2])};
  }
};

}  // namespace

at::Tensor dropout_attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 Boundaries query_windows, Boundaries key_windows, double dropout,
                                 const DropoutKey& key) {
  return DropoutAttention::apply(
      q, k, v, std::vector<std::int64_t>(query_windows.begin(), query_windows.end()),
      std::vector<std::int64_t>(key_windows.begin(), key_windows.end()), dropout,
      std::vector<std::int64_t>{static_cast<std::int64_t>(key.seed), static_cast<std::int64_t>(key.step),
                                static_cast<std::int64_t>(key.draw)});
}

}  // namespace cmgems::nn::ops
