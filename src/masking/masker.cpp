#include "cmgems/masking/masker.h"

#include <algorithm>
#include <cmath>

#include "cmgems/base/error.h"

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

void draw_centres(std::size_t n, double rate, RandomStream& random, std::vector<std::uint32_t>& centres) {
  centres.clear();
  const double log_miss = std::log1p(-std::min(rate, 1.0 - 1e-12));
  for (double position = -1;;) {
    position += 1 + std::floor(std::log1p(-random.uniform()) / log_miss);
    if (position >= static_cast<double>(n)) return;
    centres.push_back(static_cast<std::uint32_t>(position));
  }
}

void start_plan(MaskPlan& plan, std::size_t tokens) {
  plan.positions.clear();
  plan.tokens = static_cast<std::uint32_t>(tokens);
  plan.centres = plan.pmi_spans = plan.covered_twice = 0;
  plan.cover.assign(tokens, 0);
}

void add_span(MaskPlan& plan, Span span, bool is_pmi) {
  ++plan.centres;
  plan.pmi_spans += is_pmi ? 1 : 0;
  for (std::uint32_t i = span.first; i <= span.last; ++i) {
    if (plan.cover[i] < 255) ++plan.cover[i];
  }
}

void finish_plan(MaskPlan& plan) {
  for (std::uint32_t i = 0; i < plan.tokens; ++i) {
    if (plan.cover[i] == 0) continue;
    plan.positions.push_back(i);
    plan.covered_twice += plan.cover[i] > 1 ? 1 : 0;
  }
}

std::unique_ptr<Masker> make_masker(Strategy strategy, int k, const npmi::Table* table, double rate_scale) {
  if (strategy != Strategy::random && table == nullptr) throw InternalError("a masker by NPMI needs a table");
  switch (strategy) {
    case Strategy::random:
      return make_random_masker(k, rate_scale);
    case Strategy::genemask:
      return make_genemask_masker(k, *table, rate_scale);
    case Strategy::global:
      return make_global_masker(k, *table, rate_scale);
    case Strategy::cm_gems:
      break;
  }
  throw InternalError("cm-gems is a curriculum of two maskers, not a masker");
}

}  // namespace cmgems::masking
