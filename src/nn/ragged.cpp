#include "cmgems/nn/ragged.h"

#include <algorithm>

#include "staging.h"

namespace cmgems::nn {
namespace {

std::vector<std::int32_t> masked_before(const corpus::RaggedBatch& batch) {
  std::vector<std::int32_t> counts;
  for (const auto boundary : batch.cu_seqlens) {
    const auto before = std::lower_bound(batch.masked.begin(), batch.masked.end(), std::int64_t{boundary});
    counts.push_back(static_cast<std::int32_t>(before - batch.masked.begin()));
  }
  return counts;
}

}  // namespace

Ragged to_ragged(const corpus::RaggedBatch& batch, at::Device device) {
  const auto sent = send({batch.ids, batch.positions}, device);
  return {sent[0], sent[1], batch.cu_seqlens};
}

Selection select_masked(const corpus::RaggedBatch& batch, at::Device device) {
  return {send({batch.masked}, device)[0], masked_before(batch)};
}

MaskedBatch to_masked(const corpus::RaggedBatch& batch, at::Device device) {
  const auto sent = send({batch.ids, batch.positions, batch.masked, batch.labels}, device);
  return {{sent[0], sent[1], batch.cu_seqlens}, {sent[2], masked_before(batch)}, sent[3]};
}

Selection select_first(const Ragged& batch) {
  Selection selection;
  std::vector<std::int64_t> rows(batch.boundaries.begin(), batch.boundaries.end() - 1);
  selection.rows = send({rows}, batch.ids.device())[0];
  for (std::int32_t w = 0; w <= batch.windows(); ++w) selection.boundaries.push_back(w);
  return selection;
}

at::Tensor labels_of(const corpus::RaggedBatch& batch, at::Device device) { return send({batch.labels}, device)[0]; }

}  // namespace cmgems::nn
