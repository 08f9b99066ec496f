#include "finetune_report.h"

#include <array>
#include <nlohmann/json.hpp>

#include "json_values.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using metrics::ClassificationScores;
using nlohmann::ordered_json;

struct Column {
  const char* key;
  double ClassificationScores::*value;
};
constexpr std::array<Column, 6> kColumns{{{"accuracy", &ClassificationScores::accuracy},
                                          {"f1", &ClassificationScores::f1},
                                          {"precision", &ClassificationScores::precision},
                                          {"recall", &ClassificationScores::recall},
                                          {"mcc", &ClassificationScores::mcc},
                                          {"auc", &ClassificationScores::auc}}};

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

ordered_json method_json(const MethodScores& method, const FinetuneResult& result) {
  ordered_json json = {{"name", method.name}};
  for (const auto& column : kColumns) {
    const auto figures = summary(method, column.value);
    json["mean"][column.key] = or_null(figures.mean);
    json["deviation"][column.key] = or_null(figures.deviation);
  }
  json["runs"] = ordered_json::array();
  for (std::size_t i = 0; i < method.runs.size(); ++i) {
    ordered_json run = {{"seed", result.model_runs[i].seed}};
    for (const auto& column : kColumns) run[column.key] = or_null(method.runs[i].*column.value);
    json["runs"].push_back(run);
  }
  return json;
}

}  // namespace

void print_finetune_text(std::ostream& out, const FinetuneResult& result) {
  out << "task " << result.task << ", " << result.classes << " classes, " << result.test_rows << " test rows; "
      << result.plan.epochs << " epochs, learning rate " << result.plan.learning_rate << ", batch "
      << result.plan.batch_size << "\n\n";
  ResultTable table({"method", "shots", "accuracy", "macro F1", "MCC", "runs"});
  const std::string shots = result.shots > 0 ? std::to_string(result.shots) : "all";
  for (const auto& method : result.methods) {
    table.add({method.name, shots, mean_text(method, &ClassificationScores::accuracy),
               mean_text(method, &ClassificationScores::f1), mean_text(method, &ClassificationScores::mcc),
               std::to_string(method.runs.size())});
  }
  table.print(out);
  if (!result.notes.empty()) out << "\n";
  for (const auto& note : result.notes) out << "- " << note << "\n";
}

std::string finetune_json(const FinetuneResult& result) {
  ordered_json json = {{"command", "finetune"}, {"task", result.task},       {"run", result.run.string()},
                       {"model", result.model}, {"classes", result.classes}, {"shots", nullptr}};
  if (result.shots > 0) json["shots"] = result.shots;
  json["pool"] = {{"path", result.pool.string()}, {"rows", result.pool_rows}};
  json["test"] = {{"path", result.test.string()}, {"rows", result.test_rows}};
  json["epochs"] = result.plan.epochs;
  json["learning_rate"] = result.plan.learning_rate;
  json["batch_size"] = result.plan.batch_size;
  json["methods"] = ordered_json::array();
  for (const auto& method : result.methods) json["methods"].push_back(method_json(method, result));
  auto& model_runs = json["methods"][0]["runs"];
  for (std::size_t i = 0; i < result.model_runs.size(); ++i) {
    model_runs[i]["final_loss"] = or_null(result.model_runs[i].final_loss);
    model_runs[i]["seconds"] = result.model_runs[i].seconds;
    model_runs[i]["collapsed"] = result.model_runs[i].collapsed;
  }
  json["notes"] = result.notes;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cmgems::apps
