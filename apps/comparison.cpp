#include "comparison.h"

#include <algorithm>
#include <map>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/metrics/classification.h"

namespace cmgems::apps {
namespace {

using Task = Contestant::Task;

Contestant::Task task_of(const ScoredTask& task, const ScoredMethod& method) {
  return {task.name, task.metric, task.gue, task.train_rows, task.test_rows, task.tables, method.runs};
}

const Task* find(const Contestant& contestant, const std::string& name) {
  const auto found = std::find_if(contestant.tasks.begin(), contestant.tasks.end(),
                                  [&](const auto& task) { return task.name == name; });
  return found == contestant.tasks.end() ? nullptr : &*found;
}

/// What methods of several sets are called together: the settings that each chose on its own are left out.
std::string common_name(const std::string& a, const std::string& b) { return a == b ? a : a.substr(0, a.find(" (")); }

/// Collects what a reader must know, each sentence once.
class Notes {
 public:
  void add(const std::string& note) {
    if (std::find(list_.begin(), list_.end(), note) == list_.end()) list_.push_back(note);
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

class Comparer {
 public:
  Comparer(const std::vector<Contestant>& contestants, const ComparisonOptions& options)
      : contestants_(contestants), reference_(contestants.front()), options_(options) {}

  Comparison compare() {
    for (const auto& task : reference_.tasks) compare_task(task);
    refuse_nothing_common();
    const auto metric = overall_metric();
    for (std::size_t i = 1; i < contestants_.size(); ++i) compare_overall(contestants_[i], metric);
    std::vector<PairedFigures*> by_task, overall;
    for (auto& task : result_.tasks) {
      for (auto& row : task.rows) {
        if (row.against) by_task.push_back(&*row.against);
      }
    }
    for (auto& row : result_.overall) overall.push_back(&row.against);
    correct_for_many(by_task);
    correct_for_many(overall);
    note_few_pairs(by_task);
    note_left_out();
    result_.notes = notes_.take();
    return std::move(result_);
  }

 private:
  PairedFigures figures_of(const PairedScores& pairs) const {
    return paired_figures(pairs.ours, pairs.reference, options_.interval);
  }

  std::string metric_of(const Task& task) const { return options_.metric.empty() ? task.metric : options_.metric; }

  TaskRow row_of(const Contestant& contestant, const Task& task, const std::string& metric) const {
    const auto values = values_of(task.runs, metric);
    const auto [mean, deviation] = metrics::mean_and_deviation(values);
    return {contestant.label, values.size(), mean, deviation, {}};
  }

  void compare_task(const Task& reference) {
    const auto metric = metric_of(reference);
    TaskComparison comparison{reference.name, metric, {row_of(reference_, reference, metric)}};
    for (std::size_t i = 1; i < contestants_.size(); ++i) {
      const auto* task = find(contestants_[i], reference.name);
      if (task == nullptr || !same_tables(contestants_[i], *task, reference)) continue;
      auto row = row_of(contestants_[i], *task, metric);
      if (row.runs == 0 || comparison.rows.front().runs == 0) {
        notes_.add(reference.name + ": no " + metric + " of " +
                   (row.runs == 0 ? contestants_[i].label : reference_.label) + ", not compared");
        continue;
      }
      row.against = figures_of(pairs_by_seed(task->runs, reference.runs, metric));
      note_pairing(contestants_[i], *task, reference, row);
      comparison.rows.push_back(row);
    }
    if (comparison.rows.size() > 1) result_.tasks.push_back(comparison);
  }

  /// Own data of one name may be other rows.
  bool same_tables(const Contestant& contestant, const Task& task, const Task& reference) {
    if (task.tables == reference.tables) return true;
    notes_.add(task.name + " is not compared: " + reference_.label + " is of " + reference.tables + ", " +
               contestant.label + " of " + task.tables + "; score both on the same files");
    return false;
  }

  void note_pairing(const Contestant& contestant, const Task& task, const Task& reference, const TaskRow& row) {
    const std::string both = task.name + ", " + reference_.label + " and " + contestant.label + ": ";
    const auto numbers = [](std::size_t a, std::size_t b) { return std::to_string(a) + " and " + std::to_string(b); };
    if (task.train_rows != reference.train_rows) {
      notes_.add(both + "training rows come from tables of " + numbers(reference.train_rows, task.train_rows) +
                 " rows, so runs of one seed did not train on the same rows");
    }
    if (task.test_rows != reference.test_rows) {
      notes_.add(both + "scored on " + numbers(reference.test_rows, task.test_rows) +
                 " test rows: part of the difference is that of the test sets");
    }
    const auto undrawn = [](const Task& one) { return !one.runs.empty() && !one.runs.front().seed; };
    if (undrawn(task) != undrawn(reference)) {
      notes_.add(both +
                 "one of them has no seed and stands beside every run of the other: intervals and p are of the "
                 "other's seeds");
    } else if (row.against->pairs == 0) {
      notes_.add(both + "no run of one has a seed of the other, so runs are not paired");
    } else if (row.against->pairs < std::max(task.runs.size(), reference.runs.size())) {
      notes_.add(both + std::to_string(row.against->pairs) + " runs have a seed in common (of " +
                 numbers(reference.runs.size(), task.runs.size()) + "); differences are of these");
    }
  }

  /// The metric of most tasks: others are not on its scale. Says which tasks are left out.
  std::string overall_metric() {
    std::map<std::string, std::size_t> tasks;
    for (const auto& task : result_.tasks) ++tasks[task.metric];
    const auto metric = std::max_element(tasks.begin(), tasks.end(), [](const auto& a, const auto& b) {
                          return a.second < b.second;
                        })->first;
    std::string others;
    for (const auto& task : result_.tasks) {
      if (task.metric != metric) others += (others.empty() ? "" : ", ") + task.task + " (" + task.metric + ")";
    }
    if (!others.empty() && tasks[metric] > 1)
      notes_.add("the means over tasks and sets are of " + metric + "; left out: " + others);
    return metric;
  }

  /// Means of each common task in `metric`: over the runs that are paired, else over all.
  void compare_overall(const Contestant& contestant, const std::string& metric) {
    PairedScores pairs;
    for (const auto& comparison : result_.tasks) {
      const auto compared = std::any_of(comparison.rows.begin() + 1, comparison.rows.end(),
                                        [&](const auto& row) { return row.label == contestant.label; });
      if (comparison.metric != metric || !compared) continue;
      const auto* task = find(contestant, comparison.task);
      const auto* reference = find(reference_, comparison.task);
      auto runs = pairs_by_seed(task->runs, reference->runs, metric);
      if (runs.ours.empty()) runs = {values_of(task->runs, metric), values_of(reference->runs, metric)};
      if (runs.ours.empty() || runs.reference.empty()) continue;
      pairs.add(metrics::mean_and_deviation(runs.ours).mean, metrics::mean_and_deviation(runs.reference).mean);
    }
    if (pairs.ours.size() < 2) return;
    result_.overall.push_back({contestant.label, metrics::mean_and_deviation(pairs.ours).mean,
                               metrics::mean_and_deviation(pairs.reference).mean, figures_of(pairs)});
  }

  void refuse_nothing_common() {
    if (!result_.tasks.empty()) return;
    std::string message = "nothing to compare: no task or set is in " + reference_.label + " and in another result";
    for (const auto& contestant : contestants_) {
      message += "; " + contestant.label + " holds";
      for (const auto& task : contestant.tasks)
        message += (&task == &contestant.tasks.front() ? " " : ", ") + task.name;
    }
    for (const auto& note : notes_.take()) message += "; " + note;
    throw DataError(message);
  }

  void note_few_pairs(const std::vector<PairedFigures*>& family) {
    const auto fewer = [&](std::size_t enough) {
      return std::any_of(family.begin(), family.end(),
                         [&](const auto* one) { return one->pairs > 0 && one->pairs < enough; });
    };
    if (fewer(kPairsForT)) {
      notes_.add("fewer than " + std::to_string(kPairsForT) +
                 " paired runs have no p-value: repeat with more runs or seeds");
    } else if (fewer(kPairsForWilcoxon)) {
      notes_.add("fewer than " + std::to_string(kPairsForWilcoxon) +
                 " pairs have no p-value of Wilcoxon's test, which could not be below 0.05");
    }
  }

  void note_left_out() {
    for (const auto& contestant : contestants_) {
      std::string names;
      for (const auto& task : contestant.tasks) {
        const bool used = std::any_of(result_.tasks.begin(), result_.tasks.end(),
                                      [&](const auto& one) { return one.task == task.name; });
        if (!used) names += (names.empty() ? "" : ", ") + task.name;
      }
      if (!names.empty()) notes_.add("only in " + contestant.label + ": " + names);
    }
  }

  const std::vector<Contestant>& contestants_;
  const Contestant& reference_;
  const ComparisonOptions& options_;
  Comparison result_;
  Notes notes_;
};

}  // namespace

Contestant model_of(const ScoredResults& results) {
  Contestant contestant{results.name, {}};
  for (const auto& task : results.tasks) contestant.tasks.push_back(task_of(task, task.methods.front()));
  return contestant;
}

std::vector<Contestant> baselines_of(const ScoredResults& results) {
  std::vector<Contestant> list;
  std::vector<std::string> keys;  // of the list: the kind, where a file says it
  for (const auto& task : results.tasks) {
    for (std::size_t i = 1; i < task.methods.size(); ++i) {
      const auto& method = task.methods[i];
      const auto key = method.kind == "baseline" ? method.name : method.kind;
      const auto place = static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
      if (place == list.size()) {
        keys.push_back(key);
        list.push_back({method.name, {}});
      }
      list[place].label = common_name(list[place].label, method.name);
      list[place].tasks.push_back(task_of(task, method));
    }
  }
  return list;
}

Comparison compare(const std::vector<Contestant>& contestants, const ComparisonOptions& options) {
  return Comparer(contestants, options).compare();
}

}  // namespace cmgems::apps
