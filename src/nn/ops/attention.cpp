#include "attention_cpu.h"
#include "attention_cuda.h"
#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

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
  const DropoutKey key = p > 0 ? pass.dropout.next() : DropoutKey{};
  if (can_flash(q)) return attention_flash(q, k, v, query_windows, key_windows, p, key, pass);
  auto runs = runs_of(query_windows, key_windows);
  if (q.is_cuda()) return attention_plain(q, k, v, runs, p, key);
  return attention_cpu(q, k, v, std::move(runs), p, key);
}

}  // namespace cmgems::nn::ops
