// Class scores of sequences that may be longer than the model's positions: their pieces' outputs, averaged.
#pragma once

#include <vector>

#include "cmgems/corpus/sequences.h"
#include "cmgems/nn/heads.h"

namespace cmgems::nn {

/// K-mers of the longest piece: the model's positions without [CLS] and [SEP].
/// Throws: DataError when there are none.
std::size_t longest_piece(const formats::BertShape& shape);

/// What is averaged over the pieces of a sequence: pooled outputs before the classifier, or class scores behind it.
enum class Average { pooled, logits };

/// Means over the pieces of each sequence, weighted by their k-mers; rows of single pieces pass unchanged.
/// Differentiable. rows [W, .] -> [S, .]
at::Tensor mean_of_pieces(const at::Tensor& rows, const corpus::SequenceBatch& batch);

/// Class scores of whole sequences, for training. -> [S, classes] fp32
at::Tensor classify(Classifier& model, const corpus::SequenceBatch& batch, Average average, at::Device device,
                    Pass& pass);

/// The same means of sequences that come in batches of pieces, of any length: holds one row. Not differentiable.
class PieceMeans {
 public:
  /// rows [W, .] -> [S, .] of the sequences whose last piece is in the batch, on the rows' device; S may be 0.
  at::Tensor add(const at::Tensor& rows, const corpus::PieceBatch& batch);

 private:
  std::vector<double> sum_;  // of the sequence under way
};

}  // namespace cmgems::nn
