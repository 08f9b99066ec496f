// The picture of a sweep.
#pragma once

#include <string>
#include <vector>

#include "sweep_grid.h"

namespace cmgems::apps {

/// One measure, a value a point; NaN is left out.
struct SweepPanel {
  std::string title;
  std::vector<double> values;
  std::vector<double> deviations = {};  // of the values, a bar to both sides each where it is above 0; may be empty
};

/// Panels one below the other. One key: its values from left to right at equal distances, joined by a line, with an
/// axis and the deviations. Several: a heat map, the last key from left to right, one row for each combination of the
/// others. REQUIRES: a key, a panel.
std::string sweep_svg(const std::vector<VariedKey>& varied, const std::vector<SweepPanel>& panels);

}  // namespace cmgems::apps
