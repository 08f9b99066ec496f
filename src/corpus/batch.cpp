#include "cmgems/corpus/batch.h"

#include <algorithm>
#include <numeric>

namespace cmgems::corpus {
namespace {

constexpr std::size_t kSpecialTokens = 2;  // [CLS] and [SEP]

}  // namespace

void append_window(RaggedBatch& batch, std::span<const kmer::TokenId> tokens) {
  if (batch.cu_seqlens.empty()) batch.cu_seqlens.push_back(0);
  batch.ids.push_back(kmer::kCls);
  batch.ids.insert(batch.ids.end(), tokens.begin(), tokens.end());
  batch.ids.push_back(kmer::kSep);
  for (std::size_t i = 0; i < tokens.size() + kSpecialTokens; ++i)
    batch.positions.push_back(static_cast<std::int64_t>(i));
  batch.cu_seqlens.push_back(static_cast<std::int32_t>(batch.ids.size()));
}

void append_example(RaggedBatch& batch, const MaskedExample& example) {
  const std::size_t first = batch.ids.size() + 1;  // behind [CLS]
  append_window(batch, example.tokens);
  for (std::size_t i = 0; i < example.positions.size(); ++i) {
    batch.masked.push_back(static_cast<std::int64_t>(first + example.positions[i]));
    batch.labels.push_back(example.labels[i]);
  }
}

std::vector<RaggedBatch> pack(std::span<const MaskedExample> examples, std::size_t budget_tokens) {
  std::vector<std::size_t> order(examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return examples[a].tokens.size() > examples[b].tokens.size(); });
  std::vector<RaggedBatch> batches;
  for (const auto index : order) {
    const std::size_t length = examples[index].tokens.size() + kSpecialTokens;
    auto room = std::find_if(batches.begin(), batches.end(), [&](const RaggedBatch& batch) {
      return budget_tokens == 0 || batch.tokens() + length <= budget_tokens;
    });
    if (room == batches.end()) room = batches.emplace(batches.end());
    append_example(*room, examples[index]);
  }
  return batches;
}

}  // namespace cmgems::corpus
