// What looks wrong in the course of a run: steps that are not finite, and losses far above those before. Pure functions
// of a state that is saved with the run.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace cmgems::train {

inline constexpr std::int64_t kDivergedInARow = 3;   // a run gives up after so many non-finite steps in a row
inline constexpr std::int64_t kDivergedOfLast = 10;  // or so many of the last kDivergedSpan
inline constexpr std::int64_t kDivergedSpan = 1000;
inline constexpr std::size_t kSpikeWindow = 100;  // losses that a new one is compared with
inline constexpr std::size_t kSpikeMinimum = 50;  // fewer say nothing
inline constexpr double kSpikeDeviations = 6;
inline constexpr double kSpikeLeastShare = 0.01;  // of the mean: the smallest deviation that counts

struct GuardState {
  std::int64_t diverged_in_a_row = 0;
  std::vector<std::int64_t> diverged;  // steps among the last kDivergedSpan, ascending
  std::vector<double> losses;          // the last kSpikeWindow finite ones, oldest first
  bool operator==(const GuardState&) const = default;
};

/// Step `step` was not finite and is left out. -> whether the run should give up.
bool note_diverged(GuardState& state, std::int64_t step);

struct Spike {
  double mean, deviation;
};

/// A step with a finite loss. -> a spike when the loss lies more than 6 standard deviations (each at least 1% of the
/// mean) above the mean of the up to 100 losses before, of which there must be 50.
std::optional<Spike> note_loss(GuardState& state, double loss);

}  // namespace cmgems::train
