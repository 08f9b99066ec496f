#include "cmgems/corpus/sequences.h"

#include <algorithm>
#include <utility>

namespace cmgems::corpus {
namespace {

constexpr std::size_t kSpecialTokens = 2;  // [CLS] and [SEP]

/// Where the pieces of a sequence lie.
class Cuts {
 public:
  Cuts(std::size_t tokens, std::size_t longest)
      : tokens_(tokens),
        count_(std::max<std::size_t>(1, (tokens + longest - 1) / longest)),
        length_(tokens / count_),
        longer_(tokens % count_) {}
  std::size_t count() const { return count_; }
  std::size_t begin(std::size_t piece) const { return piece * length_ + std::min(piece, longer_); }
  std::size_t size(std::size_t piece) const { return length_ + (piece < longer_ ? 1 : 0); }
  PieceBatch::Piece place(std::size_t piece) const {
    const auto part = static_cast<double>(size(piece)), whole = static_cast<double>(tokens_);
    return {count_ == 1 ? 1.0 : part / whole, piece == 0, piece + 1 == count_};
  }

 private:
  std::size_t tokens_, count_, length_, longer_;
};

}  // namespace

std::vector<std::span<const kmer::TokenId>> cut_pieces(std::span<const kmer::TokenId> tokens, std::size_t longest) {
  const Cuts cuts(tokens.size(), longest);
  std::vector<std::span<const kmer::TokenId>> pieces;
  pieces.reserve(cuts.count());
  for (std::size_t i = 0; i < cuts.count(); ++i) pieces.push_back(tokens.subspan(cuts.begin(i), cuts.size(i)));
  return pieces;
}

void append_sequence(SequenceBatch& batch, std::span<const kmer::TokenId> tokens, std::size_t longest) {
  for (const auto piece : cut_pieces(tokens, longest)) append_window(batch.pieces, piece);
  batch.sequences.push_back(static_cast<std::int32_t>(batch.pieces.windows()));
}

PieceBatcher::PieceBatcher(std::size_t longest, std::size_t budget_tokens, Take take)
    : longest_(longest), budget_(budget_tokens), take_(std::move(take)) {}

void PieceBatcher::add(std::span<const kmer::TokenId> tokens) {
  const Cuts cuts(tokens.size(), longest_);
  for (std::size_t i = 0; i < cuts.count(); ++i) append(tokens.subspan(cuts.begin(i), cuts.size(i)), cuts.place(i));
}

void PieceBatcher::add(const kmer::Vocabulary& vocabulary, std::string_view bases) {
  const auto overlap = static_cast<std::size_t>(vocabulary.k() - 1);
  const Cuts cuts(bases.size() > overlap ? bases.size() - overlap : 0, longest_);
  for (std::size_t i = 0; i < cuts.count(); ++i) {
    append(kmer::tokenize(vocabulary, bases.substr(cuts.begin(i), cuts.size(i) + overlap)), cuts.place(i));
  }
}

void PieceBatcher::append(std::span<const kmer::TokenId> piece, const PieceBatch::Piece& place) {
  if (batch_.windows.tokens() + piece.size() + kSpecialTokens > budget_) finish();
  append_window(batch_.windows, piece);
  batch_.pieces.push_back(place);
}

void PieceBatcher::finish() {
  if (batch_.pieces.empty()) return;
  take_(batch_);
  batch_ = {};
}

}  // namespace cmgems::corpus
