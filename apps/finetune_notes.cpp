#include "finetune_notes.h"

#include <algorithm>
#include <numeric>

namespace cmgems::apps {
namespace {

using metrics::ClassificationScores;

struct Metric {
  const char* name;
  double ClassificationScores::*value;
};

bool has_uneven_classes(const ClassificationScores& scores) {
  std::vector<std::int64_t> rows;
  for (const auto& row : scores.confusion) rows.push_back(std::accumulate(row.begin(), row.end(), std::int64_t{0}));
  return std::any_of(rows.begin(), rows.end(), [&](auto count) { return count != rows.front(); });
}

double mean_of(const MethodScores& method, const Metric& metric) {
  std::vector<double> values;
  for (const auto& scores : method.runs) values.push_back(scores.*metric.value);
  return metrics::mean_and_deviation(values).mean;
}

}  // namespace

std::vector<std::string> comparison_notes(const FinetuneResult& result) {
  const auto& model = result.methods.front();
  const auto metric = has_uneven_classes(model.runs.front())
                          ? Metric{"balanced accuracy", &ClassificationScores::balanced_accuracy}
                          : Metric{"accuracy", &ClassificationScores::accuracy};
  std::vector<std::string> notes;
  for (std::size_t i = 1; i < result.methods.size(); ++i) {
    const auto& other = result.methods[i];
    if (mean_of(model, metric) > mean_of(other, metric)) continue;
    notes.push_back("the fine-tuned model does not beat in " + std::string(metric.name) + ": " + other.name);
  }
  return notes;
}

std::vector<std::string> collapse_notes(const FinetuneResult& result) {
  const auto& runs = result.model_runs;
  const auto collapsed = std::count_if(runs.begin(), runs.end(), [](const auto& run) { return run.collapsed; });
  if (collapsed == 0) return {};
  return {std::to_string(collapsed) + " of " + std::to_string(runs.size()) +
          " runs collapsed: the model predicted a single class for the whole test set (a lower "
          "finetune.learning_rate or more rows may help)"};
}

}  // namespace cmgems::apps
