#include "cmgems/nn/pieces.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/segment_reduce.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "cmgems/base/error.h"

namespace cmgems::nn {
namespace {

/// Share of each piece in its sequence, by k-mers; [CLS] and [SEP] do not count.
std::vector<double> weights_of(const corpus::SequenceBatch& batch) {
  std::vector<double> weights;
  for (const auto& part : batch.parts) {
    for (std::size_t w = 0; w < part.windows(); ++w) {
      weights.push_back(std::max(1, part.cu_seqlens[w + 1] - part.cu_seqlens[w] - 2));
    }
  }
  for (std::size_t s = 0; s < batch.size(); ++s) {
    const auto first = weights.begin() + batch.sequences[s], last = weights.begin() + batch.sequences[s + 1];
    double total = 0;
    for (auto each = first; each != last; ++each) total += *each;
    for (auto each = first; each != last; ++each) *each /= total;
  }
  return weights;
}

}  // namespace

std::size_t longest_piece(const formats::BertShape& shape) {
  if (shape.max_position_embeddings < 3) {
    throw DataError("the model has max_position_embeddings " + std::to_string(shape.max_position_embeddings) +
                    ": no room for a k-mer between [CLS] and [SEP]");
  }
  return static_cast<std::size_t>(shape.max_position_embeddings - 2);
}

at::Tensor mean_of_pieces(const at::Tensor& rows, const corpus::SequenceBatch& batch) {
  if (rows.size(0) == static_cast<std::int64_t>(batch.size())) return rows;
  const auto wide = rows.scalar_type() == at::kDouble ? rows : rows.to(at::kFloat);
  const auto weights = weights_of(batch);
  const auto shares = at::tensor(at::ArrayRef<double>(weights), at::kDouble).to(wide.options()).unsqueeze(1);  // [W, 1]
  const std::vector<std::int64_t> edges(batch.sequences.begin(), batch.sequences.end());
  const auto offsets = at::tensor(at::ArrayRef<std::int64_t>(edges), at::kLong).to(rows.device());
  return at::segment_reduce(wide * shares, "sum", /*lengths=*/{}, /*indices=*/{}, offsets, /*axis=*/0,
                            /*unsafe=*/true);
}

at::Tensor classify(Classifier& model, const corpus::SequenceBatch& batch, Average average, at::Device device,
                    Pass& pass) {
  std::vector<at::Tensor> parts;
  for (const auto& part : batch.parts) {
    const auto pooled = model->pooled(to_ragged(part, device), pass);  // [W, H]
    parts.push_back(average == Average::pooled ? pooled : model->score(pooled, pass));
  }
  const auto means = mean_of_pieces(parts.size() == 1 ? parts.front() : at::cat(parts), batch);
  return average == Average::pooled ? model->score(means, pass) : means;
}

}  // namespace cmgems::nn
