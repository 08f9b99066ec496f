#include "published.h"

#include <algorithm>

#include "result_table.h"

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

std::optional<tasks::Species> species_of(const Evaluation& evaluation) {
  if (evaluation.metric != "mcc") return std::nullopt;
  for (const auto& set : tasks::gue_sets()) {
    if (set.path() == evaluation.task) return set.species;
  }
  return std::nullopt;
}

std::size_t sets_of(tasks::Species species) {
  const auto& sets = tasks::gue_sets();
  return static_cast<std::size_t>(std::count_if(sets.begin(), sets.end(), [&](const auto& set) {
    return set.species == species && set.metric == tasks::HeadlineMetric::mcc;
  }));
}

std::string share_text(const tasks::ShareOfBest& share) {
  return percent(share.share()) + " of the best published k-mer mean over the same sets (" +
         std::string(share.best_model) + "), " + (share.reaches_line() ? "above" : "below") + " the line of " +
         percent(tasks::kBestLine, 0);
}

std::string doubt_note() { return std::string(tasks::kPositionMasksNote); }

}  // namespace cmgems::apps::report
