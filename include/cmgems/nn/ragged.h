// A ragged batch on a device: what the encoder eats.
#pragma once

#include <ATen/Device.h>
#include <ATen/core/Tensor.h>

#include <vector>

#include "cmgems/corpus/batch.h"

namespace cmgems::nn {

/// T tokens of W windows back to back.
struct Ragged {
  at::Tensor ids;                        // [T] int64
  at::Tensor positions;                  // [T] int64
  std::vector<std::int32_t> boundaries;  // [W + 1] on the host
  std::int64_t windows() const { return static_cast<std::int64_t>(boundaries.size()) - 1; }
  std::int64_t tokens() const { return boundaries.back(); }
};

/// Some tokens of a ragged batch: the only ones whose last layer and head are computed.
struct Selection {
  at::Tensor rows;                       // [Q] int64, ascending
  std::vector<std::int32_t> boundaries;  // [W + 1]: selected tokens of each window
};

/// A pretraining batch: what goes in, and what is asked for.
struct MaskedBatch {
  Ragged input;
  Selection selection;
  at::Tensor labels;  // [M] int64
};

/// Copies to the device, to a GPU from pinned memory and without waiting. `batch` may be freed afterwards.
MaskedBatch to_masked(const corpus::RaggedBatch& batch, at::Device device);
/// Parts of the same.
Ragged to_ragged(const corpus::RaggedBatch& batch, at::Device device);
/// The masked tokens of a pretraining batch.
Selection select_masked(const corpus::RaggedBatch& batch, at::Device device);
/// The first token ([CLS]) of every window.
Selection select_first(const Ragged& batch);
/// Labels of the masked tokens [M] int64.
at::Tensor labels_of(const corpus::RaggedBatch& batch, at::Device device);

}  // namespace cmgems::nn
