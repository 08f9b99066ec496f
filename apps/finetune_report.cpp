#include "finetune_report.h"

#include <set>

#include "json_values.h"
#include "published_table.h"
#include "result_table.h"
#include "scores_json.h"

namespace cmgems::apps {
namespace {

using metrics::ClassificationScores;
using nlohmann::ordered_json;

metrics::MeanAndDeviation summary(const MethodScores& method, double ClassificationScores::*value) {
  std::vector<double> values;
  for (const auto& run : method.runs) values.push_back(run.*value);
  return metrics::mean_and_deviation(values);
}

std::string mean_text(const MethodScores& method, double ClassificationScores::*value) {
  const auto figures = summary(method, value);
  const bool single = method.runs.size() < 2;
  return decimals(figures.mean, 3) + (single ? "" : " ± " + decimals(figures.deviation, 3));
}

std::string shots_text(const FinetuneResult& result) { return result.shots > 0 ? std::to_string(result.shots) : "all"; }

ordered_json table_json(const std::filesystem::path& path, std::size_t rows) {
  return {{"path", path.string()}, {"rows", rows}};
}

/// What differs from the plain protocol when it is not as it is by default.
ordered_json options_json(const FinetuneResult& result) {
  constexpr const char* kFreeze[] = {"none", "encoder", "layers"};
  const auto& options = result.options;
  ordered_json json = {{"pooling", options.pooling == config::Pooling::cls ? "cls" : "mean"},
                       {"freeze", kFreeze[static_cast<int>(options.freeze)]},
                       {"class_weights", options.class_weights == config::ClassWeights::none ? "none" : "balanced"},
                       {"early_stopping", or_null(options.early_stopping)},
                       {"learning_rates", nullptr}};
  if (options.freeze == config::Freeze::layers) json["trained_layers"] = options.trained_layers;
  if (!options.learning_rates.empty()) json["learning_rates"] = options.learning_rates;
  const bool held_out = options.early_stopping || !options.learning_rates.empty();
  if (held_out && result.dev.empty()) json["held_out"] = options.held_out;
  return json;
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
  for (const auto& column : kScoreColumns) {
    const auto figures = summary(method, column.value);
    json["mean"][column.key] = or_null(figures.mean);
    json["deviation"][column.key] = or_null(figures.deviation);
  }
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
  return {result.task, result.shots, summary(result.methods.front(), &ClassificationScores::accuracy).mean};
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

std::string rate_text(const FinetuneResult& result) {
  if (result.options.learning_rates.empty()) return significant(result.plan.learning_rate);
  std::string text;
  for (const double rate : result.options.learning_rates)
    text += (text.empty() ? "the best of " : ", ") + significant(rate);
  return text + " on held-out rows";
}

std::string options_text(const FinetuneResult& result) {
  const auto& options = result.options;
  std::string text;
  if (options.freeze == config::Freeze::encoder) text += ", encoder frozen";
  if (options.freeze == config::Freeze::layers) {
    text += ", only the last " + std::to_string(options.trained_layers) +
            (options.trained_layers == 1 ? " layer" : " layers") + " trained";
  }
  if (options.class_weights == config::ClassWeights::balanced) text += ", balanced class weights";
  if (options.early_stopping) text += ", early stopping after " + std::to_string(*options.early_stopping);
  return text;
}

void print_notes(std::ostream& out, const std::vector<std::string>& notes) {
  if (!notes.empty()) out << "\n";
  for (const auto& note : notes) out << "- " << note << "\n";
}

void print_one(std::ostream& out, const FinetuneResult& result) {
  out << "task " << result.task << ", " << result.classes << " classes, " << result.test_rows << " test rows; "
      << result.plan.epochs << " epochs, learning rate " << rate_text(result) << ", batch " << result.plan.batch_size
      << options_text(result) << "\n\n";
  ResultTable table({"method", "shots", "accuracy", "balanced", "macro F1", "MCC", "runs"});
  for (const auto& method : result.methods) {
    table.add({method.name, shots_text(result), mean_text(method, &ClassificationScores::accuracy),
               mean_text(method, &ClassificationScores::balanced_accuracy),
               mean_text(method, &ClassificationScores::f1), mean_text(method, &ClassificationScores::mcc),
               std::to_string(method.runs.size())});
  }
  table.print(out);
  print_notes(out, result.notes);
}

/// A row for each task and number of shots: accuracy of every method, then more of the model.
void print_several(std::ostream& out, const std::vector<FinetuneResult>& results) {
  out << results.front().methods.front().name << options_text(results.front()) << "\n\n";
  std::vector<std::string> titles{"task", "shots", "accuracy"};
  for (std::size_t i = 1; i < results.front().methods.size(); ++i) titles.push_back(results.front().methods[i].kind);
  for (const char* title : {"balanced", "macro F1", "MCC", "runs"}) titles.emplace_back(title);
  ResultTable table(titles);
  for (const auto& result : results) {
    std::vector<std::string> cells{result.task, shots_text(result)};
    for (const auto& method : result.methods) cells.push_back(mean_text(method, &ClassificationScores::accuracy));
    const auto& model = result.methods.front();
    for (auto value :
         {&ClassificationScores::balanced_accuracy, &ClassificationScores::f1, &ClassificationScores::mcc}) {
      cells.push_back(mean_text(model, value));
    }
    cells.push_back(std::to_string(model.runs.size()));
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
