#include <algorithm>
#include <cmath>

#include "cmgems/masking/masker.h"

namespace cmgems::masking {
namespace {

/// Global PMI masking (CM-GEMS, section 3): the PMI spans of the m = max(1, round(p n)) best-NPMI tokens of the
/// example. Deterministic; ties go to the lower position.
class GlobalMasker final : public Masker {
 public:
  GlobalMasker(int k, const npmi::Table& table, double rate_scale)
      : k_(k), table_(table), rate_(global_rate(k) * rate_scale) {}

  void plan(std::span<const kmer::TokenId> tokens, RandomStream&, MaskPlan& plan) const override {
    start_plan(plan, tokens.size());
    const std::size_t n = tokens.size();
    if (n == 0) return;
    // rank in the high half, position in the low half: one comparison orders by rank, then by position
    std::vector<std::uint64_t> keys(n);
    for (std::size_t i = 0; i < n; ++i) {
      keys[i] = static_cast<std::uint64_t>(table_.rank_of(tokens[i])) << 32 | i;
    }
    const auto wanted = static_cast<std::size_t>(std::max(1.0, std::round(rate_ * static_cast<double>(n))));
    const std::size_t m = std::min(n, wanted);
    std::nth_element(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(m - 1), keys.end());
    for (std::size_t i = 0; i < m; ++i) add_span(plan, pmi_span(static_cast<std::uint32_t>(keys[i]), k_, n), true);
    finish_plan(plan);
  }

 private:
  int k_;
  const npmi::Table& table_;
  double rate_;
};

}  // namespace

std::unique_ptr<Masker> make_global_masker(int k, const npmi::Table& table, double rate_scale) {
  return std::make_unique<GlobalMasker>(k, table, rate_scale);
}

}  // namespace cmgems::masking
