// Where a model looks: attention probabilities of one sequence, and what they say about its bases.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cmgems/infer/model.h"

namespace cmgems::infer {

/// Attention of the chosen layers: values[((l * heads + a) * tokens + from) * tokens + to]. Token 0 is [CLS], the last
/// one [SEP].
struct AttentionMaps {
  std::vector<int> layers;  // counted from 0
  std::int64_t heads = 0;
  std::vector<kmer::TokenId> ids;  // of the tokens
  std::vector<float> values;

  std::int64_t tokens() const { return static_cast<std::int64_t>(ids.size()); }
  /// Mean over the heads of layer number `index` of the chosen ones: [tokens, tokens], row-major.
  std::vector<double> mean_over_heads(std::size_t index) const;
};

/// Layers of a text: "all", or numbers from 0 with commas between them. Throws: UsageError.
std::vector<int> parse_layers(const std::string& text, int layers);

/// Throws: as tokens_of does; DataError for a sequence longer than the model's positions.
void check_one_window(const Model& model, const tasks::SequenceRecord& record);

/// REQUIRES: layers that the model has. Throws: as check_one_window does.
AttentionMaps attention_of(const Model& model, const tasks::SequenceRecord& record, const std::vector<int>& layers);

/// Importance of every base, as DNABERT draws it (Ji et al. 2021): the attention of [CLS] to each k-mer in the last of
/// the chosen layers, mean over heads; a base gets the mean over the k-mers that hold it; then scaled to norm 1.
std::vector<double> base_importance(const AttentionMaps& maps, int k);

}  // namespace cmgems::infer
