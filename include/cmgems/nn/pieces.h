// Class scores of sequences that may be longer than the model's positions: their pieces' outputs, averaged.
#pragma once

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

/// Class scores of whole sequences. -> [S, classes] fp32
at::Tensor classify(Classifier& model, const corpus::SequenceBatch& batch, Average average, at::Device device,
                    Pass& pass);

}  // namespace cmgems::nn
