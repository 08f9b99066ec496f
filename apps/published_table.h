// What the CM-GEMS paper printed beside a user's own scores, with differences: sections of a text, and as JSON.
// Scores of tasks and sets that the paper does not have are passed over; without any other there is no section.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cmgems/tasks/published.h"

namespace cmgems::apps {

/// Mean accuracy over the runs of a few-shot task.
struct FewShotScore {
  std::string task;
  std::int64_t shots = 0;
  double accuracy = 0;
};

/// As table 4: accuracy by model and task with its deviation over runs, the mean over these tasks, ours less theirs in
/// brackets.
void print_published_few_shot(std::ostream& out, const std::vector<FewShotScore>& own);
/// null when there is nothing to say.
nlohmann::ordered_json published_few_shot_json(const std::vector<FewShotScore>& own);

/// As tables 2 and 6: Matthews correlation x 100 by set and model, block by block, with the means of the species
/// groups and, as table 3, the mean and deviation over all sets; then the tests of table 3 over these sets, and the
/// share of the best published mean (figure 3). `own`: Matthews correlations from -1 to 1, means over seeds.
void print_published_gue(std::ostream& out, const std::vector<tasks::SetScore>& own);
/// Correlations from -1 to 1; null when there is nothing to say.
nlohmann::ordered_json published_gue_json(const std::vector<tasks::SetScore>& own);

}  // namespace cmgems::apps
