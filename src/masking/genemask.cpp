#include <algorithm>

#include "cmgems/masking/masker.h"

namespace cmgems::masking {
namespace {

/// GeneMask (Roy et al. 2023): around each drawn centre the best-NPMI token is found; of the m centres the ceil(m/2)
/// with the best NPMI get the PMI span of that token, the others the single-nucleotide span of the centre.
class GeneMasker final : public Masker {
 public:
  GeneMasker(int k, const npmi::Table& table, double rate_scale)
      : k_(k), table_(table), rate_(genemask_rate(k) * rate_scale) {}

  void plan(std::span<const kmer::TokenId> tokens, RandomStream& random, MaskPlan& plan) const override {
    start_plan(plan, tokens.size());
    std::vector<std::uint32_t> centres;
    draw_centres(tokens.size(), rate_, random, centres);
    std::vector<Candidate> candidates;
    candidates.reserve(centres.size());
    for (const auto centre : centres) candidates.push_back(best_near(tokens, centre));
    const auto better = [](const Candidate& a, const Candidate& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.centre < b.centre;
    };
    const std::size_t half = (candidates.size() + 1) / 2;
    if (!candidates.empty()) {
      std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(half - 1), candidates.end(),
                       better);
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto& candidate = candidates[i];
      const bool widen = i < half && table_.has_score(tokens[candidate.token]);
      add_span(plan,
               widen ? pmi_span(candidate.token, k_, tokens.size())
                     : single_nucleotide_span(candidate.centre, k_, tokens.size()),
               widen);
    }
    finish_plan(plan);
  }

 private:
  struct Candidate {
    std::int32_t rank;
    std::uint32_t token, centre;
  };

  Candidate best_near(std::span<const kmer::TokenId> tokens, std::uint32_t centre) const {
    const Span span = single_nucleotide_span(centre, k_, tokens.size());
    Candidate best{table_.rank_of(tokens[span.first]), span.first, centre};
    for (std::uint32_t i = span.first + 1; i <= span.last; ++i) {
      const auto rank = table_.rank_of(tokens[i]);
      if (rank < best.rank) best = {rank, i, centre};
    }
    return best;
  }

  int k_;
  const npmi::Table& table_;
  double rate_;
};

}  // namespace

std::unique_ptr<Masker> make_genemask_masker(int k, const npmi::Table& table, double rate_scale) {
  return std::make_unique<GeneMasker>(k, table, rate_scale);
}

}  // namespace cmgems::masking
