#include "cmgems/masking/masker.h"

namespace cmgems::masking {
namespace {

void start_plan(MaskPlan& plan, std::size_t tokens) {
  plan.positions.clear();
  plan.spans.clear();
  plan.tokens = static_cast<std::uint32_t>(tokens);
  plan.pmi_spans = plan.covered_twice = 0;
  plan.cover.assign(tokens, 0);
}

void finish_plan(MaskPlan& plan) {
  plan.centres = static_cast<std::uint32_t>(plan.spans.size());
  for (const PlacedSpan& placed : plan.spans) {
    plan.pmi_spans += placed.is_pmi ? 1 : 0;
    for (std::uint32_t i = placed.span.first; i <= placed.span.last; ++i) {
      if (plan.cover[i] < 255) ++plan.cover[i];
    }
  }
  for (std::uint32_t i = 0; i < plan.tokens; ++i) {
    if (plan.cover[i] == 0) continue;
    plan.positions.push_back(i);
    plan.covered_twice += plan.cover[i] > 1 ? 1 : 0;
  }
}

}  // namespace

void Masker::plan(std::span<const kmer::TokenId> tokens, RandomStream& random, MaskPlan& plan) const {
  draw(tokens, random, plan.drawn);
  plan_drawn(tokens, plan.drawn, plan);
}

void Masker::plan_drawn(std::span<const kmer::TokenId> tokens, std::span<const std::uint32_t> drawn,
                        MaskPlan& plan) const {
  start_plan(plan, tokens.size());
  if (!tokens.empty()) place(tokens, drawn, plan);
  finish_plan(plan);
}

}  // namespace cmgems::masking
