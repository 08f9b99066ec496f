#include "cmgems/nn/flops.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <chrono>

namespace cmgems::nn {

Work work_of(const corpus::GlobalBatch& batch) {
  double tokens = 0, pairs = 0, masked = 0;
  for (const auto& micro : batch.micro_batches) {
    tokens += static_cast<double>(micro.tokens());
    masked += static_cast<double>(micro.masked.size());
    for (std::size_t w = 0; w < micro.windows(); ++w) {
      const double length = micro.cu_seqlens[w + 1] - micro.cu_seqlens[w];
      pairs += length * length;
    }
  }
  if (tokens == 0) return {};  // a rank that had nothing to do
  return {pairs / tokens, masked / tokens};
}

double forward_flops(const formats::BertShape& shape, const Work& work) {
  const auto hidden = static_cast<double>(shape.hidden_size), wide = static_cast<double>(shape.intermediate_size),
             vocabulary = static_cast<double>(shape.vocab_size), layers = static_cast<double>(shape.num_hidden_layers);
  const double keys = 4 * hidden * hidden;
  const double rest = 4 * hidden * hidden + 4 * hidden * wide + 4 * work.attended * hidden;
  const double head = 2 * (hidden * hidden + hidden * vocabulary);
  return (layers - 1) * (keys + rest) + keys + work.selected * (rest + head);
}

namespace {

/// Seconds of one pair of products at best. The numbers are random: a GPU that multiplies equal ones takes less power,
/// and runs faster than it ever does in training.
double best_time(std::int64_t rows, const formats::BertShape& shape, at::TensorOptions options) {
  using Clock = std::chrono::steady_clock;
  constexpr int kRepeats = 7;
  const int pairs = options.device().is_cuda() ? 8 : 1;  // launched at once, so that waiting counts for little
  const auto narrow = at::randn({rows, shape.hidden_size}, options),
             wide = at::randn({rows, shape.intermediate_size}, options),
             up = at::randn({shape.hidden_size, shape.intermediate_size}, options), down = up.t().contiguous();
  double best = 1e9;
  for (int i = 0; i < kRepeats; ++i) {
    const auto start = Clock::now();
    at::Tensor last;
    for (int pair = 0; pair < pairs; ++pair) {
      at::mm(narrow, up);
      last = at::mm(wide, down);
    }
    last.flatten()[0].item<double>();  // waits for the device
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count() / pairs);
  }
  return best;
}

}  // namespace

double matmul_rate(const formats::BertShape& shape, bool bf16, bool cuda) {
  const std::int64_t rows = cuda ? 65536 : 4096;  // enough for either to be busy
  const double time =
      best_time(rows, shape, at::device(cuda ? at::kCUDA : at::kCPU).dtype(bf16 ? at::kBFloat16 : at::kFloat));
  if (cuda) {
    auto* const allocator = c10::getDeviceAllocator(at::kCUDA);
    allocator->emptyCache();
    allocator->resetPeakStats(0);
  }
  return 4.0 * static_cast<double>(rows * shape.hidden_size * shape.intermediate_size) / time;
}

}  // namespace cmgems::nn
