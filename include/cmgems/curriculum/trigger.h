// The perplexity trigger of CM-GEMS: when validation perplexity falls by less than a threshold between two
// measurements, the hard masker takes over from the next step and stays. A value type; its state is the history.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cmgems/base/options.h"
#include "cmgems/masking/options.h"

namespace cmgems::curriculum {

struct CurriculumOptions {
  double threshold = 1.0;      // smallest drop of perplexity that counts as progress
  bool relative = false;       // threshold is a share of the previous perplexity
  std::int64_t patience = 1;   // consecutive measurements without progress before the switch
  std::int64_t min_steps = 0;  // no switch before this step (the plateau at the start can fool the rule)
  std::optional<std::int64_t> switch_at_step = {};  // fixed schedule instead of the rule
  masking::Strategy easy = masking::Strategy::genemask;
  masking::Strategy hard = masking::Strategy::global;
};
void describe(OptionVisitor& visitor, CurriculumOptions& options);

/// One measurement of validation perplexity.
struct Measurement {
  std::int64_t step;
  double perplexity;
};

class PerplexityTrigger {
 public:
  explicit PerplexityTrigger(const CurriculumOptions& options) : options_(options) {}

  /// Adds a measurement; true when this one causes the switch. REQUIRES: steps ascend.
  bool observe(const Measurement& measurement);
  /// True when the fixed schedule switches at this step; call before each step.
  bool reaches(std::int64_t step);

  bool switched() const { return switch_step_.has_value(); }
  /// Last step that was trained with the easy masker.
  std::optional<std::int64_t> switch_step() const { return switch_step_; }
  const std::vector<Measurement>& history() const { return history_; }
  /// Drop of perplexity at each measurement but the first, absolute.
  std::vector<double> drops() const;

 private:
  bool without_progress(double previous, double now) const;
  CurriculumOptions options_;
  std::vector<Measurement> history_;
  std::int64_t stalled_ = 0;
  std::optional<std::int64_t> switch_step_;
};

/// The step at which the signed rule with these options would have switched on a recorded curve, if ever.
std::optional<std::int64_t> switch_on_curve(const std::vector<Measurement>& curve, const CurriculumOptions& options);

}  // namespace cmgems::curriculum
