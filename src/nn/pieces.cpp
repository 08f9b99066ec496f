#include "cmgems/nn/pieces.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/segment_reduce.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "cmgems/base/error.h"
#include "staging.h"

namespace cmgems::nn {
namespace {

/// Share of each piece in its sequence, by k-mers; [CLS] and [SEP] do not count.
std::vector<double> weights_of(const corpus::SequenceBatch& batch) {
  std::vector<double> weights;
  const auto& edges = batch.pieces.cu_seqlens;
  for (std::size_t w = 0; w < batch.pieces.windows(); ++w) {
    weights.push_back(std::max(1, edges[w + 1] - edges[w] - 2));
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
  const auto shares = send(weights, wide.device()).to(wide.scalar_type()).unsqueeze(1);  // [W, 1]
  const std::vector<std::int64_t> edges(batch.sequences.begin(), batch.sequences.end());
  const auto offsets = send({edges}, rows.device())[0];
  return at::segment_reduce(wide * shares, "sum", /*lengths=*/{}, /*indices=*/{}, offsets, /*axis=*/0,
                            /*unsafe=*/true);
}

at::Tensor classify(Classifier& model, const corpus::SequenceBatch& batch, Average average, at::Device device,
                    Pass& pass) {
  const auto pooled = model->pooled(to_ragged(batch.pieces, device), pass);  // [W, H]
  if (average == Average::logits) return mean_of_pieces(model->score(pooled, pass), batch);
  return model->score(mean_of_pieces(pooled, batch), pass);
}

at::Tensor PieceMeans::add(const at::Tensor& rows, const corpus::PieceBatch& batch) {
  const auto type = rows.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto plain = rows.to(at::kCPU, at::kDouble).contiguous();
  const auto width = static_cast<std::size_t>(plain.size(1));
  const double* row = plain.const_data_ptr<double>();
  std::vector<double> means;
  for (const auto& piece : batch.pieces) {
    if (piece.first) sum_.assign(width, 0);
    for (std::size_t i = 0; i < width; ++i) sum_[i] += piece.share * row[i];
    row += width;
    if (piece.last) means.insert(means.end(), sum_.begin(), sum_.end());
  }
  return at::tensor(at::ArrayRef<double>(means), at::kDouble).view({-1, plain.size(1)}).to(rows.device(), type);
}

}  // namespace cmgems::nn
