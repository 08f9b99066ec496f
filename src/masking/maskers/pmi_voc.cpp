#include <algorithm>
#include <cmath>
#include <numeric>

#include "cmgems/masking/registry.h"
#include "cmgems/masking/spans.h"
#include "cmgems/masking/token_order.h"

namespace cmgems::masking {
namespace {

/// A unit of the example: a k-mer of the vocabulary, or a single token.
struct Unit {
  std::uint32_t token;
  bool matched;
};

/// Masking by a PMI vocabulary (Levine et al. 2021, which GeneMask compares with; neither paper defines it for k-mers,
/// so this is a reconstruction): the best k-mers form a vocabulary, matched greedily from left to right without
/// overlapping bases. Units are drawn uniformly until 15% of the tokens are masked: the PMI span of a matched k-mer,
/// the single-nucleotide span of any other token.
class PmiVocabularyMasker final : public Masker {
 public:
  explicit PmiVocabularyMasker(const MaskerInputs& inputs)
      : k_(inputs.k),
        share_(std::min(1.0, kMaskedShare * inputs.options.rate_scale)),
        in_vocabulary_(kmer::kFirstKmer + inputs.table->rank.size()) {
    for (std::size_t id = kmer::kFirstKmer; id < in_vocabulary_.size(); ++id) {
      const auto token = static_cast<kmer::TokenId>(id);
      in_vocabulary_[id] = inputs.table->has_score(token) &&
                           inputs.table->rank_of(token) < static_cast<std::int32_t>(inputs.options.pmi_voc.size);
    }
  }

 private:
  std::vector<Unit> units_of(std::span<const kmer::TokenId> tokens) const {
    std::vector<Unit> units;
    units.reserve(tokens.size());
    for (std::uint32_t i = 0; i < tokens.size();) {
      const bool matched = in_vocabulary_[static_cast<std::size_t>(tokens[i])] != 0;
      units.push_back({i, matched});
      i += matched ? static_cast<std::uint32_t>(k_) : 1;
    }
    return units;
  }

  double wanted(std::size_t tokens) const { return share_ * static_cast<double>(tokens); }

  /// drawn = units in the order in which they are taken; every unit masks its own token at least, so that as many units
  /// as tokens are wanted are enough.
  void draw(std::span<const kmer::TokenId> tokens, RandomStream& random,
            std::vector<std::uint32_t>& drawn) const override {
    drawn.resize(units_of(tokens).size());
    std::iota(drawn.begin(), drawn.end(), 0U);
    const auto most = std::min(drawn.size(), static_cast<std::size_t>(std::ceil(wanted(tokens.size()))));
    for (std::size_t i = 0; i < most; ++i) {
      std::swap(drawn[i], drawn[i + random.below(static_cast<std::uint32_t>(drawn.size() - i))]);
    }
    drawn.resize(most);
  }

  void place(std::span<const kmer::TokenId> tokens, std::span<const std::uint32_t> drawn,
             MaskPlan& plan) const override {
    const auto units = units_of(tokens);
    std::vector<std::uint8_t> masked(tokens.size());
    std::size_t count = 0;
    for (const auto index : drawn) {
      if (static_cast<double>(count) >= wanted(tokens.size())) return;
      const Unit& unit = units[index];
      unit.matched ? add_pmi_span(plan, unit.token, k_) : add_single_nucleotide_span(plan, unit.token, k_);
      for (auto i = plan.spans.back().span.first; i <= plan.spans.back().span.last; ++i) {
        count += masked[i] == 0 ? 1 : 0;
        masked[i] = 1;
      }
    }
  }

  int k_;
  double share_;
  std::vector<std::uint8_t> in_vocabulary_;  // by token id
};

}  // namespace

std::unique_ptr<Masker> make_pmi_voc(const MaskerInputs& inputs) {
  return std::make_unique<PmiVocabularyMasker>(inputs);
}

}  // namespace cmgems::masking
