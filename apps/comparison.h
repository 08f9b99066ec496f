// Two or more sets of scores side by side: what they have in common is paired by task and seed, and tested.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "paired_figures.h"
#include "scored_results.h"

namespace cmgems::apps {

/// One method of one result, as far as it is compared.
struct Contestant {
  std::string label;
  struct Task {
    std::string name, metric;
    bool gue = false;
    std::size_t train_rows = 0, test_rows = 0;
    std::string tables;  // of own data: only the same ones are compared
    std::vector<ScoredRun> runs;
  };
  std::vector<Task> tasks;
};
/// The fine-tuned model of a result.
Contestant model_of(const ScoredResults& results);
/// Every other method of it, by its kind: under its name, without the settings in parentheses that differ by set.
std::vector<Contestant> baselines_of(const ScoredResults& results);

struct ComparisonOptions {
  std::string metric;  // empty: accuracy of few-shot tasks, each set's own in GUE
  IntervalKind interval = IntervalKind::t;
};

struct TaskRow {
  std::string label;
  std::size_t runs = 0;
  double mean = 0, deviation = 0;
  std::optional<PairedFigures> against;  // its runs less the reference's of the same seed; none for the reference
};

struct TaskComparison {
  std::string task, metric;
  std::vector<TaskRow> rows;  // the reference first, then who has the task
};

struct OverallRow {
  std::string label;
  double mean = 0, reference = 0;  // over the tasks that both have
  PairedFigures against;           // over tasks
};

struct Comparison {
  std::vector<TaskComparison> tasks;  // that the reference and another one have, in the order of the reference
  std::vector<OverallRow> overall;    // of those who share two tasks at least with the reference, in one metric
  std::vector<std::string> notes;
};

/// p-values are corrected (Holm) over all rows of `tasks`, and apart from these over `overall`.
/// Throws: DataError when nobody has a task in common with the first contestant (what each of them holds).
/// REQUIRES: two contestants at least.
Comparison compare(const std::vector<Contestant>& contestants, const ComparisonOptions& options);

}  // namespace cmgems::apps
