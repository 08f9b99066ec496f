#include "cmgems/masking/spans.h"

#include <algorithm>
#include <cmath>

namespace cmgems::masking {
namespace {

Span clip(std::int64_t first, std::int64_t last, std::size_t n) {
  return {static_cast<std::uint32_t>(std::max<std::int64_t>(first, 0)),
          static_cast<std::uint32_t>(std::min(last, static_cast<std::int64_t>(n) - 1))};
}

}  // namespace

double random_rate(int k) { return kMaskedShare / k; }
double genemask_rate(int k) { return kMaskedShare / (0.5 * (3 * k - 1)); }
double global_rate(int k) { return kMaskedShare / (2 * k - 1); }

Span single_nucleotide_span(std::uint32_t centre, int k, std::size_t n) {
  return clip(std::int64_t{centre} - (k - 1) / 2, std::int64_t{centre} + k / 2, n);
}

Span pmi_span(std::uint32_t token, int k, std::size_t n) {
  return clip(std::int64_t{token} - (k - 1), std::int64_t{token} + (k - 1), n);
}

void add_single_nucleotide_span(MaskPlan& plan, std::uint32_t centre, int k) {
  plan.spans.push_back({single_nucleotide_span(centre, k, plan.tokens), centre, false});
}

void add_pmi_span(MaskPlan& plan, std::uint32_t token, int k) {
  plan.spans.push_back({pmi_span(token, k, plan.tokens), token, true});
}

void draw_centres(std::size_t n, double rate, RandomStream& random, std::vector<std::uint32_t>& centres) {
  centres.clear();
  const double log_miss = std::log1p(-std::min(rate, 1.0 - 1e-12));
  for (double position = -1;;) {
    position += 1 + std::floor(std::log1p(-random.uniform()) / log_miss);
    if (position >= static_cast<double>(n)) return;
    centres.push_back(static_cast<std::uint32_t>(position));
  }
}

}  // namespace cmgems::masking
