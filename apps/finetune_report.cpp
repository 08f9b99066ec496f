#include "finetune_report.h"

#include <set>

#include "finetune_options.h"
#include "json_values.h"
#include "published_table.h"
#include "result_table.h"
#include "scores_json.h"

namespace cmgems::apps {
namespace {

using metrics::ClassificationScores;
using nlohmann::ordered_json;

std::vector<double> values_of(const MethodScores& method, double ClassificationScores::*value) {
  std::vector<double> values;
  for (const auto& run : method.runs) values.push_back(run.*value);
  return values;
}

std::string mean_text(const MethodScores& method, double ClassificationScores::*value) {
  const auto figures = metrics::mean_and_deviation(values_of(method, value));
  const bool single = method.runs.size() < 2;
  return decimals(figures.mean, 3) + (single ? "" : " ± " + decimals(figures.deviation, 3));
}

std::string shots_text(const FinetuneResult& result) { return result.shots > 0 ? std::to_string(result.shots) : "all"; }

ordered_json table_json(const std::filesystem::path& path, std::size_t rows) {
  return {{"path", path.string()}, {"rows", rows}};
}

ordered_json model_run_json(const train::FinetuneRun& run) {
  ordered_json json = {{"final_loss", or_null(run.final_loss)},
                       {"learning_rate", run.learning_rate},
                       {"epochs", run.epochs},
                       {"collapsed", run.collapsed}};
  if (run.best_epoch) json["best_epoch"] = *run.best_epoch;
  if (run.dev) json["dev"] = scores_json(*run.dev);
  return json;
}

ordered_json method_json(const MethodScores& method, const FinetuneResult& result) {
  ordered_json json = {{"name", method.name}, {"kind", method.kind}};
  json.update(summary_json(method.runs));
  json["runs"] = ordered_json::array();
  for (std::size_t i = 0; i < method.runs.size(); ++i) {
    ordered_json run = {{"seed", result.model_runs[i].seed}};
    run.update(scores_json(method.runs[i]));
    if (&method == &result.methods.front()) run.update(model_run_json(result.model_runs[i]));
    json["runs"].push_back(run);
  }
  return json;
}

/// Where a task was not scored by shots, no number was published for it either.
FewShotScore score_of(const FinetuneResult& result) {
  const auto accuracies = values_of(result.methods.front(), &ClassificationScores::accuracy);
  return {result.task, result.shots, metrics::mean_and_deviation(accuracies).mean};
}

ordered_json result_json(const FinetuneResult& result) {
  ordered_json json = {{"command", "finetune"}, {"task", result.task},       {"run", result.run.string()},
                       {"model", result.model}, {"classes", result.classes}, {"shots", nullptr}};
  if (!result.labels.empty()) json["labels"] = result.labels;
  if (result.shots > 0) json["shots"] = result.shots;
  json["pool"] = table_json(result.pool, result.pool_rows);
  if (!result.dev.empty()) json["dev"] = table_json(result.dev, result.dev_rows);
  json["test"] = table_json(result.test, result.test_rows);
  json["epochs"] = result.plan.epochs;
  json["learning_rate"] = result.options.learning_rates.empty() ? ordered_json(result.plan.learning_rate) : nullptr;
  json["batch_size"] = result.plan.batch_size;
  json["options"] = options_json(result);
  json["methods"] = ordered_json::array();
  for (const auto& method : result.methods) json["methods"].push_back(method_json(method, result));
  json["published"] = published_few_shot_json({score_of(result)});
  json["notes"] = result.notes;
  return json;
}

void print_notes(std::ostream& out, const std::vector<std::string>& notes) {
  if (!notes.empty()) out << "\n";
  for (const auto& note : notes) out << "- " << note << "\n";
}

constexpr const char* kIntervalTitle = "95% interval";

/// Balanced accuracy, F1, MCC and the number of runs.
void add_further(std::vector<std::string>& cells, const MethodScores& method) {
  for (auto value : {&ClassificationScores::balanced_accuracy, &ClassificationScores::f1, &ClassificationScores::mcc}) {
    cells.push_back(mean_text(method, value));
  }
  cells.push_back(std::to_string(method.runs.size()));
}

void print_one(std::ostream& out, const FinetuneResult& result) {
  out << "task " << result.task << ", " << result.classes << " classes, " << result.test_rows << " test rows; "
      << result.plan.epochs << " epochs, learning rate " << rate_text(result) << ", batch " << result.plan.batch_size
      << options_text(result) << "\n\n";
  const bool several = result.model_runs.size() > 1;
  std::vector<std::string> titles{"method", "shots", "accuracy"};
  if (several) titles.emplace_back(kIntervalTitle);
  for (const char* title : {"balanced", "macro F1", "MCC", "runs"}) titles.emplace_back(title);
  ResultTable table(titles);
  for (const auto& method : result.methods) {
    std::vector<std::string> cells{method.name, shots_text(result), mean_text(method, &ClassificationScores::accuracy)};
    if (several) cells.push_back(interval_text(values_of(method, &ClassificationScores::accuracy), 3));
    add_further(cells, method);
    table.add(cells);
  }
  table.print(out);
  print_notes(out, result.notes);
}

/// A row for each task and number of shots: accuracy of every method, then more of the model.
void print_several(std::ostream& out, const std::vector<FinetuneResult>& results) {
  out << results.front().methods.front().name << plan_text(results) << options_text(results.front()) << "\n\n";
  const bool several = results.front().model_runs.size() > 1;
  std::vector<std::string> titles{"task", "shots", "accuracy"};
  if (several) titles.emplace_back(kIntervalTitle);
  for (std::size_t i = 1; i < results.front().methods.size(); ++i) titles.push_back(results.front().methods[i].kind);
  for (const char* title : {"balanced", "macro F1", "MCC", "runs"}) titles.emplace_back(title);
  ResultTable table(titles);
  for (const auto& result : results) {
    std::vector<std::string> cells{result.task, shots_text(result)};
    const auto& model = result.methods.front();
    for (const auto& method : result.methods) {
      cells.push_back(mean_text(method, &ClassificationScores::accuracy));
      if (several && &method == &model)
        cells.push_back(interval_text(values_of(model, &ClassificationScores::accuracy), 3));
    }
    add_further(cells, model);
    table.add(cells);
  }
  table.print(out);
  std::vector<std::string> notes;
  std::set<std::string> seen;
  for (const auto& result : results) {
    for (const auto& note : result.notes) {
      if (seen.insert(result.task + note).second) notes.push_back(result.task + ": " + note);
    }
  }
  print_notes(out, notes);
}

}  // namespace

void print_finetune_text(std::ostream& out, const std::vector<FinetuneResult>& results,
                         const std::vector<LeftOut>& left_out) {
  results.size() == 1 && left_out.empty() ? print_one(out, results.front()) : print_several(out, results);
  for (const auto& each : left_out) out << "- left out: " << each.name << ": " << each.reason << "\n";
  std::vector<FewShotScore> scores;
  for (const auto& result : results) scores.push_back(score_of(result));
  if (published_few_shot_json(scores).is_null()) return;
  out << "\n";
  print_published_few_shot(out, scores);
}

std::string finetune_json(const std::vector<FinetuneResult>& results, const std::vector<LeftOut>& left_out) {
  ordered_json json;
  if (results.size() == 1 && left_out.empty()) {
    json = result_json(results.front());
  } else {
    json = {{"command", "finetune"}, {"results", ordered_json::array()}, {"left_out", ordered_json::array()}};
    for (const auto& result : results) json["results"].push_back(result_json(result));
    for (const auto& each : left_out) json["left_out"].push_back({{"name", each.name}, {"reason", each.reason}});
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cmgems::apps
