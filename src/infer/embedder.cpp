#include "cmgems/infer/embedder.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

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
std::vector<std::int32_t> kmer_boundaries(const corpus::RaggedBatch& windows) {
  std::vector<std::int32_t> edges;
  for (std::size_t w = 0; w < windows.cu_seqlens.size(); ++w) {
    edges.push_back(windows.cu_seqlens[w] - 2 * static_cast<std::int32_t>(w));
  }
  return edges;
}

/// States of the k-mers alone: [T, H] -> [T - 2 W, H].
at::Tensor kmer_states(const at::Tensor& states, const corpus::RaggedBatch& windows) {
  std::vector<std::int64_t> rows;
  for (std::size_t w = 0; w < windows.windows(); ++w) {
    for (std::int64_t t = windows.cu_seqlens[w] + 1; t + 1 < windows.cu_seqlens[w + 1]; ++t) rows.push_back(t);
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
               [this](const corpus::PieceBatch& batch) { embed(batch); }) {}

void Embedder::add(const tasks::SequenceRecord& record) {
  check_length(model_, record);
  places_.push_back(record.place);
  batcher_.add(model_.vocabulary, record.sequence);
}

at::Tensor Embedder::rows_of(const corpus::RaggedBatch& windows) const {
  const auto batch = nn::to_ragged(windows, train::device_of(model_.runtime));
  nn::Pass pass = train::make_pass(model_.runtime);
  const auto states = model_.encoder()->states(batch, layer_, pass).to(at::kFloat);  // [T, H]
  if (pool_ == Pool::cls) return at::index_select(states, 0, nn::select_first(batch).rows);
  const auto kmers = kmer_states(states, windows);
  return pool_ == Pool::tokens ? kmers : nn::mean_of_windows(kmers, kmer_boundaries(windows));
}

void Embedder::embed(const corpus::PieceBatch& batch) {
  const torch::NoGradGuard no_grad;
  const auto rows = rows_of(batch.windows);
  if (pool_ == Pool::tokens) return tell_tokens(batch, rows.to(at::kCPU).contiguous());
  const auto means = means_.add(rows, batch).to(at::kCPU).contiguous();  // [S, H]
  for (std::int64_t s = 0; s < means.size(0); ++s) tell(means[s], true, true);
}

void Embedder::tell_tokens(const corpus::PieceBatch& batch, const at::Tensor& rows) {
  const auto edges = kmer_boundaries(batch.windows);
  for (std::size_t w = 0; w < batch.pieces.size(); ++w) {
    tell(rows.narrow(0, edges[w], edges[w + 1] - edges[w]), batch.pieces[w].first, batch.pieces[w].last);
  }
}

void Embedder::tell(const at::Tensor& rows, bool begins, bool ends) {
  const auto values = values_of(rows);
  check_finite(values, places_.front());
  take_({values, begins});
  if (ends) places_.pop_front();
}

}  // namespace cmgems::infer
