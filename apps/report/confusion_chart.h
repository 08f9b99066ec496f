// Which class was taken for which: matrices side by side, each cell as dark as its share of its true class.
#pragma once

#include <string>
#include <vector>

#include "runs.h"

namespace cmgems::apps::report {

struct ConfusionPanel {
  std::string task, method;
  std::vector<std::string> classes;  // names; as many as rows
  Confusion counts;
};

/// SVG, as many beside each other as the width takes; wider than that where the classes of one need it. REQUIRES: a
/// panel; each of one class at least.
std::string confusion_chart(const std::vector<ConfusionPanel>& panels, const std::string& alternative, double width);

}  // namespace cmgems::apps::report
