#include <algorithm>

#include "cmgems/masking/registry.h"
#include "cmgems/masking/spans.h"
#include "cmgems/masking/token_order.h"

namespace cmgems::masking {
namespace {

/// GeneMask (Roy et al. 2023): around each drawn centre the best-NPMI token is found; of the m centres the ceil(m/2)
/// with the best NPMI get the PMI span of that token, the others the single-nucleotide span of the centre.
class GeneMasker final : public Masker {
 public:
  explicit GeneMasker(const MaskerInputs& inputs)
      : k_(inputs.k),
        rate_(genemask_rate(inputs.k) * inputs.options.rate_scale),
        options_(inputs.options.genemask),
        order_(*inputs.table, options_.rank_by) {}

 private:
  struct Candidate {
    std::uint32_t level, token, centre;
  };

  void draw(std::span<const kmer::TokenId> tokens, RandomStream& random,
            std::vector<std::uint32_t>& drawn) const override {
    draw_centres(tokens.size(), rate_, random, drawn);
  }

  void place(std::span<const kmer::TokenId> tokens, std::span<const std::uint32_t> drawn,
             MaskPlan& plan) const override {
    std::vector<Candidate> candidates;
    candidates.reserve(drawn.size());
    for (const auto centre : drawn) candidates.push_back(best_near(tokens, centre));
    const std::size_t widened = bring_to_front(candidates);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto& candidate = candidates[i];
      if (i < widened && order_.has_score(candidate.level)) {
        add_pmi_span(plan, candidate.token, k_);
      } else {
        add_single_nucleotide_span(plan, candidate.centre, k_);
      }
    }
  }

  Candidate best_near(std::span<const kmer::TokenId> tokens, std::uint32_t centre) const {
    const Span span = single_nucleotide_span(centre, k_, tokens.size());
    Candidate best{order_.level(tokens, span.first), span.first, centre};
    for (std::uint32_t i = span.first + 1; i <= span.last; ++i) {
      const auto level = order_.level(tokens, i);
      if (level < best.level) best = {level, i, centre};
    }
    return best;
  }

  /// Moves the candidates that get PMI spans to the front and returns how many they are.
  std::size_t bring_to_front(std::vector<Candidate>& candidates) const {
    const std::size_t half = (candidates.size() + 1) / 2;
    if (half < static_cast<std::size_t>(options_.all_pmi_below)) return candidates.size();
    if (half > 0 && options_.half == Half::best) {
      const auto better = [](const Candidate& a, const Candidate& b) {
        return a.level != b.level ? a.level < b.level : a.centre < b.centre;
      };
      std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(half - 1), candidates.end(),
                       better);
    }
    return half;
  }

  int k_;
  double rate_;
  GeneMaskOptions options_;
  TokenOrder order_;
};

}  // namespace

std::unique_ptr<Masker> make_genemask(const MaskerInputs& inputs) { return std::make_unique<GeneMasker>(inputs); }

}  // namespace cmgems::masking
