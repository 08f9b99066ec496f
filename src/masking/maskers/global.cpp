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
    // best first; only as many as are likely needed are sorted at a time
    const std::size_t chunk = options_.overlap == Overlap::allow ? m : 4 * m;
    for (std::size_t i = 0, sorted = 0; i < keys.size() && plan.spans.size() < m; ++i) {
      if (i == sorted) sorted = sort_next(keys, sorted, chunk);
      const auto token = static_cast<std::uint32_t>(keys[i]);
      if (options_.overlap == Overlap::allow || is_apart(token, plan)) add_pmi_span(plan, token, k_);
    }
  }

  /// Sorts the next `chunk` keys behind `sorted` and returns how many are sorted then.
  static std::size_t sort_next(Keys& keys, std::size_t sorted, std::size_t chunk) {
    const auto end = std::min(keys.size(), sorted + chunk);
    std::partial_sort(keys.begin() + static_cast<std::ptrdiff_t>(sorted),
                      keys.begin() + static_cast<std::ptrdiff_t>(end), keys.end());
    return end;
  }

  /// Whether a token's span touches no span placed so far.
  bool is_apart(std::uint32_t token, const MaskPlan& plan) const {
    const std::int64_t overlap = 2 * (std::int64_t{k_} - 1);
    return std::none_of(plan.spans.begin(), plan.spans.end(), [&](const PlacedSpan& placed) {
      return std::abs(static_cast<std::int64_t>(token) - placed.centre) <= overlap;
    });
  }

  int k_;
  double rate_;
  GlobalOptions options_;
  TokenOrder order_;
};

}  // namespace

std::unique_ptr<Masker> make_global(const MaskerInputs& inputs) { return std::make_unique<GlobalMasker>(inputs); }

}  // namespace cmgems::masking
