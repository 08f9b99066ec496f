#include "cmgems/config/config.h"

namespace cmgems::config {
namespace {

/// Windows that CM-Step's released code masks by one draw: those of one device and pass.
constexpr std::int64_t kReleasedWindowsPerDraw = 10;

}  // namespace

void apply_variant(Config& config, Variant variant) {
  const bool release = variant == Variant::release;
  config.variant = variant;
  config.masking.genemask.rank_by = release ? masking::RankBy::position : masking::RankBy::token;
  config.masking.genemask.half = release ? masking::Half::first : masking::Half::best;
  config.masking.genemask.all_pmi_below = release ? 5 : 0;
  config.masking.global.rank_by = release ? masking::RankBy::position : masking::RankBy::token;
  config.masking.global.count = release ? masking::SpanCount::binomial : masking::SpanCount::round;
  config.masking.random_ids = release ? masking::RandomIds::vocabulary : masking::RandomIds::kmers;
  config.curriculum.rule = release ? curriculum::Rule::abs_min : curriculum::Rule::signed_drop;
  config.npmi.definition.reset();
}

std::optional<npmi::Definition> definition_of(const Config& config) {
  if (config.npmi.definition || config.variant == Variant::paper) return config.npmi.definition;
  return npmi::Definition::genemask_release;
}

curriculum::Schedule schedule_of(const Config& config) {
  auto options = config.curriculum;
  if (config.variant == Variant::release && !options.windows_per_draw) {
    options.windows_per_draw = kReleasedWindowsPerDraw;
  }
  return {config.masking.strategy, options, config.train.max_steps, static_cast<std::uint64_t>(config.train.seed)};
}

}  // namespace cmgems::config
