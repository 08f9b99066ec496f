#include "cmgems/nn/ragged.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace cmgems::nn {
namespace {

/// To a GPU through pinned memory, without waiting for it.
at::Tensor copy_of(const std::vector<std::int64_t>& values, at::Device device) {
  const auto host = at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong);
  return device.is_cpu() ? host : host.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace

Ragged to_ragged(const corpus::RaggedBatch& batch, at::Device device) {
  return {copy_of(batch.ids, device), copy_of(batch.positions, device), batch.cu_seqlens};
}

Selection select_masked(const corpus::RaggedBatch& batch, at::Device device) {
  Selection selection{copy_of(batch.masked, device), {}};
  for (const auto boundary : batch.cu_seqlens) {
    const auto before = std::lower_bound(batch.masked.begin(), batch.masked.end(), std::int64_t{boundary});
    selection.boundaries.push_back(static_cast<std::int32_t>(before - batch.masked.begin()));
  }
  return selection;
}

Selection select_first(const Ragged& batch) {
  Selection selection;
  std::vector<std::int64_t> rows(batch.boundaries.begin(), batch.boundaries.end() - 1);
  selection.rows = copy_of(rows, batch.ids.device());
  for (std::int32_t w = 0; w <= batch.windows(); ++w) selection.boundaries.push_back(w);
  return selection;
}

at::Tensor labels_of(const corpus::RaggedBatch& batch, at::Device device) { return copy_of(batch.labels, device); }

}  // namespace cmgems::nn
