#include "cmgems/corpus/sequences.h"

#include <algorithm>
#include <utility>

namespace cmgems::corpus {
namespace {

constexpr std::size_t kSpecialTokens = 2;  // [CLS] and [SEP]

}  // namespace

std::vector<std::span<const kmer::TokenId>> cut_pieces(std::span<const kmer::TokenId> tokens, std::size_t longest) {
  const std::size_t count = std::max<std::size_t>(1, (tokens.size() + longest - 1) / longest);
  const std::size_t length = tokens.size() / count, longer = tokens.size() % count;
  std::vector<std::span<const kmer::TokenId>> pieces;
  pieces.reserve(count);
  for (std::size_t i = 0, at = 0; i < count; ++i) {
    const std::size_t size = length + (i < longer ? 1 : 0);
    pieces.push_back(tokens.subspan(at, size));
    at += size;
  }
  return pieces;
}

void append_sequence(SequenceBatch& batch, std::span<const kmer::TokenId> tokens, std::size_t longest,
                     std::size_t budget_tokens) {
  const auto pieces = cut_pieces(tokens, longest);
  for (const auto piece : pieces) {
    const bool full = !batch.parts.empty() && budget_tokens > 0 &&
                      batch.parts.back().tokens() + piece.size() + kSpecialTokens > budget_tokens;
    if (batch.parts.empty() || full) batch.parts.emplace_back();
    append_window(batch.parts.back(), piece);
  }
  batch.sequences.push_back(batch.sequences.back() + static_cast<std::int32_t>(pieces.size()));
}

SequenceBatcher::SequenceBatcher(std::size_t longest, std::size_t budget_tokens, Take take)
    : longest_(longest), budget_(budget_tokens), take_(std::move(take)) {}

void SequenceBatcher::add(std::span<const kmer::TokenId> tokens) {
  const std::size_t pieces = std::max<std::size_t>(1, (tokens.size() + longest_ - 1) / longest_);
  const std::size_t size = tokens.size() + kSpecialTokens * pieces;
  if (tokens_ + size > budget_) finish();
  append_sequence(batch_, tokens, longest_, budget_);
  tokens_ += size;
}

void SequenceBatcher::finish() {
  if (batch_.size() == 0) return;
  take_(batch_);
  batch_ = {};
  tokens_ = 0;
}

}  // namespace cmgems::corpus
