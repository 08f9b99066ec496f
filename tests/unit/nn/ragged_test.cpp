#include "cmgems/nn/ragged.h"

#include "support/catch_torch.h"

using namespace cmgems;

namespace {

std::vector<std::int64_t> values(const at::Tensor& x) {
  const auto* const first = x.const_data_ptr<std::int64_t>();
  return {first, first + x.numel()};
}

}  // namespace

TEST_CASE("a pretraining batch on a device: every array, and the masked tokens of each window", "[nn]") {
  corpus::RaggedBatch batch;
  batch.ids = {2, 7, 8, 3, 2, 3, 2, 9, 3};
  batch.positions = {0, 1, 2, 3, 0, 1, 0, 1, 2};
  batch.cu_seqlens = {0, 4, 6, 9};
  batch.masked = {1, 2, 7};
  batch.labels = {30, 31, 32};
  const auto masked = nn::to_masked(batch, at::kCPU);
  auto kept = batch;
  batch = {};  // may be freed
  CHECK(values(masked.input.ids) == kept.ids);
  CHECK(values(masked.input.positions) == kept.positions);
  CHECK(masked.input.boundaries == kept.cu_seqlens);
  CHECK(values(masked.selection.rows) == kept.masked);
  CHECK(masked.selection.boundaries == std::vector<std::int32_t>{0, 2, 2, 3});
  CHECK(values(masked.labels) == kept.labels);
  CHECK(values(nn::to_ragged(kept, at::kCPU).positions) == kept.positions);
  CHECK(values(nn::select_masked(kept, at::kCPU).rows) == kept.masked);
  CHECK(values(nn::labels_of(kept, at::kCPU)) == kept.labels);
  CHECK(values(nn::select_first(masked.input).rows) == std::vector<std::int64_t>{0, 4, 6});
}
