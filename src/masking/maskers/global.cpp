#include <algorithm>
#include <cmath>

#include "cmgems/masking/registry.h"
#include "cmgems/masking/spans.h"
#include "cmgems/masking/token_order.h"

namespace cmgems::masking {
namespace {

/// Global PMI masking (CM-GEMS, section 4.1, algorithm 1): the PMI spans of the m best-NPMI tokens of the example; ties
/// go to the lower position. Chance decides at most m.
class GlobalMasker final : public Masker {
 public:
  explicit GlobalMasker(const MaskerInputs& inputs)
      : k_(inputs.k),
        rate_(global_rate(inputs.k) * inputs.options.rate_scale),
        options_(inputs.options.global),
        order_(*inputs.table, options_.rank_by) {}

 private:
  using Keys = std::vector<std::uint64_t>;

  /// drawn = {m}.
  void draw(std::span<const kmer::TokenId> tokens, RandomStream& random,
            std::vector<std::uint32_t>& drawn) const override {
    const std::size_t n = tokens.size();
    if (options_.count == SpanCount::binomial) {
      draw_centres(n, rate_, random, drawn);
      drawn.assign(1, static_cast<std::uint32_t>(drawn.size()));
      return;
    }
    const double wanted = std::max(1.0, std::round(rate_ * static_cast<double>(n)));
    drawn.assign(1, static_cast<std::uint32_t>(std::min(static_cast<double>(n), wanted)));
  }

  void place(std::span<const kmer::TokenId> tokens, std::span<const std::uint32_t> drawn,
             MaskPlan& plan) const override {
    const std::size_t m = drawn[0];
    if (m == 0) return;
    // level in the high half, position in the low half: one comparison orders by level, then by position
    Keys keys(tokens.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      keys[i] = static_cast<std::uint64_t>(order_.level(tokens, i)) << 32 | i;
    }
    options_.overlap == Overlap::allow ? place_best(keys, m, plan) : place_apart(keys, m, plan);
  }

  void place_best(Keys& keys, std::size_t m, MaskPlan& plan) const {
    std::nth_element(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(m - 1), keys.end());
    for (std::size_t i = 0; i < m; ++i) add_pmi_span(plan, static_cast<std::uint32_t>(keys[i]), k_);
  }

  /// The best token, then the best one of those whose span touches no chosen one, and so on, until none is left.
  void place_apart(Keys& keys, std::size_t m, MaskPlan& plan) const {
    constexpr std::uint64_t kTaken = ~std::uint64_t{0};
    const std::size_t reach = 2 * static_cast<std::size_t>(k_ - 1);
    for (std::size_t placed = 0; placed < m; ++placed) {
      const auto best = *std::min_element(keys.begin(), keys.end());
      if (best == kTaken) return;
      const auto token = static_cast<std::uint32_t>(best);
      add_pmi_span(plan, token, k_);
      const std::size_t last = std::min(keys.size() - 1, token + reach);
      for (std::size_t i = token - std::min<std::size_t>(token, reach); i <= last; ++i) keys[i] = kTaken;
    }
  }

  int k_;
  double rate_;
  GlobalOptions options_;
  TokenOrder order_;
};

}  // namespace

std::unique_ptr<Masker> make_global(const MaskerInputs& inputs) { return std::make_unique<GlobalMasker>(inputs); }

}  // namespace cmgems::masking
