#include "attention_cuda.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/_flash_attention_backward.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cmgems/nn/device_cache.h"
#include "dense_cuda.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kLargestHead = 256;

/// The kernel adds up the gradients of q in any order unless LibTorch's global switch asks for a fixed one.
class FixedOrder {
 public:
  FixedOrder()
      : was_(at::globalContext().deterministicAlgorithms()),
        warned_(at::globalContext().deterministicAlgorithmsWarnOnly()),
        filled_(at::globalContext().deterministicFillUninitializedMemory()) {
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
    at::globalContext().setDeterministicFillUninitializedMemory(false);
  }
  ~FixedOrder() {
    at::globalContext().setDeterministicAlgorithms(was_, warned_);
    at::globalContext().setDeterministicFillUninitializedMemory(filled_);
  }
  FixedOrder(const FixedOrder&) = delete;
  FixedOrder& operator=(const FixedOrder&) = delete;

 private:
  bool was_, warned_, filled_;
};

struct FlashAttention : torch::autograd::Function<FlashAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& query_windows, const at::Tensor& key_windows, std::int64_t most_queries,
                            std::int64_t most_keys, double dropout, bool fixed_order) {
    const auto [out, log_sum_exp, random_state, unused, mask] =
        at::_flash_attention_forward(q, k, v, query_windows, key_windows, most_queries, most_keys, dropout,
                                     /*is_causal=*/false, /*return_debug_mask=*/false);
    context->save_for_backward({q, k, v, out, log_sum_exp, query_windows, key_windows, random_state, unused});
    context->saved_data["queries"] = most_queries;
    context->saved_data["keys"] = most_keys;
    context->saved_data["dropout"] = dropout;
    context->saved_data["fixed_order"] = fixed_order;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    std::optional<FixedOrder> fixed_order;
    if (context->saved_data["fixed_order"].toBool()) fixed_order.emplace();
    const auto [q, k, v] = at::_flash_attention_backward(
        gradients[0].contiguous(), saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], saved[6],
        context->saved_data["queries"].toInt(), context->saved_data["keys"].toInt(),
        context->saved_data["dropout"].toDouble(), /*is_causal=*/false, saved[7], saved[8]);
    return {q, k, v, {}, {}, {}, {}, {}, {}};
  }
};

std::int64_t longest(Boundaries windows) {
  std::int64_t most = 0;
  for (std::size_t w = 0; w + 1 < windows.size(); ++w) most = std::max<std::int64_t>(most, windows[w + 1] - windows[w]);
  return most;
}

/// [rows, A, D] -> view [n, A, L, D] of one run.
at::Tensor block(const at::Tensor& x, std::int64_t first, std::int64_t windows, std::int64_t length) {
  return x.narrow(0, first, windows * length).view({windows, length, x.size(1), x.size(2)}).transpose(1, 2);
}

/// The masks that the CPU draws for one run, each head of each window from its own numbers: [n, A, Q, T].
at::Tensor run_mask(at::IntArrayRef sizes, double dropout, const DropoutKey& key, at::Device device) {
  std::vector<at::Tensor> masks;
  for (std::int64_t w = 0; w < sizes[0]; ++w)
    for (std::int64_t h = 0; h < sizes[1]; ++h)
      masks.push_back(dropout_mask(sizes.slice(2), dropout, key_of_head(key, w, sizes[1], h), device));
  return at::stack(masks).view(sizes);
}

/// One run; `key` is that of the first head of its first window.
at::Tensor plain_run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double dropout,
                     const DropoutKey& key) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
  auto probabilities = at::softmax(at::matmul(q, k.transpose(2, 3)) * scale, -1);
  if (dropout > 0) {
    probabilities = probabilities * run_mask(probabilities.sizes(), dropout, key, q.device()).to(q.scalar_type());
  }
  return at::matmul(probabilities, v);
}

/// Autograd keeps plain values only: runs and key travel as a list of integers.
struct PlainWork {
  std::vector<WindowRun> runs;
  double dropout;
  DropoutKey key;

  /// That of the first head of the run's first window.
  DropoutKey key_of(std::size_t run, std::int64_t heads) const {
    std::int64_t window = 0;
    for (std::size_t i = 0; i < run; ++i) window += runs[i].windows;
    return key_of_head(key, window, heads, 0);
  }
};
std::vector<std::int64_t> flatten(const PlainWork& work) {
  std::vector<std::int64_t> list{static_cast<std::int64_t>(work.key.seed), static_cast<std::int64_t>(work.key.step),
                                 static_cast<std::int64_t>(work.key.draw)};
  for (const auto& run : work.runs)
    list.insert(list.end(), {run.windows, run.first_query, run.queries, run.first_key, run.keys});
  return list;
}
PlainWork unflatten(const std::vector<std::int64_t>& list, double dropout) {
  PlainWork work{
      {},
      dropout,
      {static_cast<std::uint64_t>(list[0]), static_cast<std::uint64_t>(list[1]), static_cast<std::uint64_t>(list[2])}};
  for (std::size_t i = 3; i < list.size(); i += 5)
    work.runs.push_back({list[i], list[i + 1], list[i + 2], list[i + 3], list[i + 4]});
  return work;
}

struct PlainAttention : torch::autograd::Function<PlainAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const PlainWork& work) {
    at::Tensor out = at::empty_like(q, at::MemoryFormat::Contiguous);
    for (std::size_t i = 0; i < work.runs.size(); ++i) {
      const auto& run = work.runs[i];
      if (run.queries == 0) continue;
      block(out, run.first_query, run.windows, run.queries)
          .copy_(plain_run(block(q, run.first_query, run.windows, run.queries),
                           block(k, run.first_key, run.windows, run.keys),
                           block(v, run.first_key, run.windows, run.keys), work.dropout, work.key_of(i, q.size(1))));
    }
    context->save_for_backward({q, k, v});
    context->saved_data["work"] = flatten(work);
    context->saved_data["dropout"] = work.dropout;
    return out;
  }

  /// Each run anew, with autograd of its own.
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto work = unflatten(context->saved_data["work"].toIntVector(), context->saved_data["dropout"].toDouble());
    variable_list result;
    for (const auto& x : saved) result.push_back(at::zeros_like(x, at::MemoryFormat::Contiguous));
    for (std::size_t i = 0; i < work.runs.size(); ++i) {
      const auto& run = work.runs[i];
      if (run.queries == 0) continue;
      const auto queries = [&](const at::Tensor& x) { return block(x, run.first_query, run.windows, run.queries); };
      const auto keys = [&](const at::Tensor& x) { return block(x, run.first_key, run.windows, run.keys); };
      const at::AutoGradMode with_gradients(true);
      const variable_list inputs{queries(saved[0]).detach().requires_grad_(), keys(saved[1]).detach().requires_grad_(),
                                 keys(saved[2]).detach().requires_grad_()};
      const auto out = plain_run(inputs[0], inputs[1], inputs[2], work.dropout, work.key_of(i, saved[0].size(1)));
      const auto own = torch::autograd::grad({out}, inputs, {queries(gradients[0].contiguous())});
      const at::AutoGradMode without_gradients(false);
      queries(result[0]).copy_(own[0]);
      keys(result[1]).copy_(own[1]);
      keys(result[2]).copy_(own[2]);
    }
    return {result[0], result[1], result[2], {}};
  }
};

}  // namespace

bool can_flash(const at::Tensor& q) {
  return q.is_cuda() && q.scalar_type() == at::kBFloat16 && q.size(2) % 8 == 0 && q.size(2) <= kLargestHead;
}

at::Tensor attention_flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                           Boundaries key_windows, double dropout, const DropoutKey& key, const Pass& pass) {
  DeviceCache own;
  DeviceCache& cache = pass.cache != nullptr ? *pass.cache : own;
  if (dropout > 0) seed_generator(q.device(), key);
  return FlashAttention::apply(q, k, v, cache.boundaries(query_windows, q.device()),
                               cache.boundaries(key_windows, q.device()), longest(query_windows), longest(key_windows),
                               dropout, pass.fixed_order);
}

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

at::Tensor attention_plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const std::vector<WindowRun>& runs, double dropout, const DropoutKey& key) {
  return PlainAttention::apply(q, k, v, PlainWork{runs, dropout, key});
}

}  // namespace cmgems::nn::ops
