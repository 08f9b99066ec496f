#include "published.h"

#include "cmgems/tasks/published.h"

namespace cmgems::apps::report {

std::vector<Published> published_scores(const Evaluation& evaluation, bool gue) {
  if (!gue && !evaluation.shots) return {};
  const auto scores =
      gue ? tasks::published_gue(evaluation.task) : tasks::published_few_shot(evaluation.task, *evaluation.shots);
  std::vector<Published> list;
  for (const auto& score : scores) {
    list.push_back(
        {std::string(score.model->name), score.value, score.deviation.value_or(kNone), score.model->global_masks});
  }
  return list;
}

std::string doubt_note() { return std::string(tasks::kPositionMasksNote); }

}  // namespace cmgems::apps::report
