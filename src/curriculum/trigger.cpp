#include "cmgems/curriculum/trigger.h"

namespace cmgems::curriculum {

void describe(OptionVisitor& visitor, CurriculumOptions& options) {
  static const Words maskers{{"random", static_cast<int>(masking::Strategy::random)},
                             {"genemask", static_cast<int>(masking::Strategy::genemask)},
                             {"global", static_cast<int>(masking::Strategy::global)}};
  visitor.field("threshold", options.threshold, kAnyNumber);
  visitor.field("relative", options.relative);
  visitor.field("patience", options.patience, Bounds{1, 1e6});
  visitor.field("min_steps", options.min_steps, kNotNegative);
  visitor.field("switch_at_step", options.switch_at_step, kNotNegative);
  visitor.choice("easy", options.easy, maskers);
  visitor.choice("hard", options.hard, maskers);
}

bool PerplexityTrigger::without_progress(double previous, double now) const {
  const double drop = options_.relative ? (previous - now) / previous : previous - now;
  return drop < options_.threshold;
}

bool PerplexityTrigger::observe(const Measurement& measurement) {
  const bool comparable = !history_.empty();
  const double previous = comparable ? history_.back().perplexity : 0;
  history_.push_back(measurement);
  if (!comparable || switched() || options_.switch_at_step) return false;
  stalled_ = without_progress(previous, measurement.perplexity) ? stalled_ + 1 : 0;
  if (stalled_ < options_.patience || measurement.step < options_.min_steps) return false;
  switch_step_ = measurement.step;
  return true;
}

bool PerplexityTrigger::reaches(std::int64_t step) {
  if (switched() || !options_.switch_at_step || step < *options_.switch_at_step) return false;
  switch_step_ = step;
  return true;
}

std::vector<double> PerplexityTrigger::drops() const {
  std::vector<double> result;
  for (std::size_t i = 1; i < history_.size(); ++i) {
    result.push_back(history_[i - 1].perplexity - history_[i].perplexity);
  }
  return result;
}

std::optional<std::int64_t> switch_on_curve(const std::vector<Measurement>& curve, const CurriculumOptions& options) {
  PerplexityTrigger trigger(options);
  for (const auto& measurement : curve) {
    if (trigger.observe(measurement)) break;
  }
  return trigger.switch_step();
}

}  // namespace cmgems::curriculum
