#include "cmgems/infer/embedder.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::infer {
namespace {

std::size_t layer_of(const Model& model, std::optional<int> layer) {
  const int layers = model.description.shape.num_hidden_layers;
  if (layer && (*layer < 0 || *layer > layers)) {
    throw UsageError("layer " + std::to_string(*layer) + ": the model has the layers 1 to " + std::to_string(layers) +
                     ", and 0 for its embeddings");
  }
  return static_cast<std::size_t>(layer.value_or(layers));
}

/// Boundaries of the windows when [CLS] and [SEP] are left out.
std::vector<std::int32_t> kmer_boundaries(const corpus::RaggedBatch& part) {
  std::vector<std::int32_t> edges;
  for (std::size_t w = 0; w < part.cu_seqlens.size(); ++w) {
    edges.push_back(part.cu_seqlens[w] - 2 * static_cast<std::int32_t>(w));
  }
  return edges;
}

/// States of the k-mers alone: [T, H] -> [T - 2 W, H].
at::Tensor kmer_states(const at::Tensor& states, const corpus::RaggedBatch& part) {
  std::vector<std::int64_t> rows;
  for (std::size_t w = 0; w < part.windows(); ++w) {
    for (std::int64_t t = part.cu_seqlens[w] + 1; t + 1 < part.cu_seqlens[w + 1]; ++t) rows.push_back(t);
  }
  return at::index_select(states, 0, at::tensor(at::ArrayRef<std::int64_t>(rows), at::kLong).to(states.device()));
}

std::span<const float> values_of(const at::Tensor& rows) {
  return {rows.const_data_ptr<float>(), static_cast<std::size_t>(rows.numel())};
}

}  // namespace

Embedder::Embedder(const Model& model, const EmbeddingOptions& options, Take take)
    : model_(model),
      pool_(options.pool),
      layer_(layer_of(model, options.layer)),
      take_(std::move(take)),
      batcher_(model.longest, static_cast<std::size_t>(model.runtime.micro_batch_tokens),
               [this](const corpus::SequenceBatch& batch) { embed(batch); }) {}

at::Tensor Embedder::rows_of(const corpus::RaggedBatch& part) const {
  const auto batch = nn::to_ragged(part, train::device_of(model_.runtime));
  nn::Pass pass = train::make_pass(model_.runtime);
  const auto states = model_.encoder()->states(batch, layer_, pass).to(at::kFloat);  // [T, H]
  if (pool_ == Pool::cls) return at::index_select(states, 0, nn::select_first(batch).rows);
  const auto kmers = kmer_states(states, part);
  return pool_ == Pool::tokens ? kmers : nn::mean_of_windows(kmers, kmer_boundaries(part));
}

void Embedder::embed(const corpus::SequenceBatch& batch) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> pooled;
  std::int32_t pieces = 0;
  for (const auto& part : batch.parts) {
    const auto rows = rows_of(part);
    if (pool_ == Pool::tokens) {
      tell_tokens(part, rows.to(at::kCPU).contiguous(), batch, pieces);
      pieces += static_cast<std::int32_t>(part.windows());
    } else {
      pooled.push_back(rows);
    }
  }
  if (pool_ == Pool::tokens) return;
  const auto means = nn::mean_of_pieces(at::cat(pooled), batch).to(at::kCPU).contiguous();  // [S, H]
  for (std::int64_t s = 0; s < means.size(0); ++s) take_({values_of(means[s]), true});
}

void Embedder::tell_tokens(const corpus::RaggedBatch& part, const at::Tensor& rows, const corpus::SequenceBatch& batch,
                           std::int32_t first_piece) const {
  const auto edges = kmer_boundaries(part);
  for (std::size_t w = 0; w < part.windows(); ++w) {
    const auto piece = first_piece + static_cast<std::int32_t>(w);
    const bool begins = std::binary_search(batch.sequences.begin(), batch.sequences.end(), piece);
    take_({values_of(rows.narrow(0, edges[w], edges[w + 1] - edges[w])), begins});
  }
}

}  // namespace cmgems::infer
