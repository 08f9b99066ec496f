#include "../../apps/finetune_report.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::apps;

namespace {

metrics::ClassificationScores scores(double accuracy) {
  metrics::ClassificationScores result;
  result.accuracy = accuracy;
  result.auc = std::nan("");
  return result;
}

/// A task with 10 shots under the published plan: the model with these accuracies, the majority class always at 0.5.
FinetuneResult result_of(const std::vector<double>& accuracies) {
  FinetuneResult result;
  result.task = "t";
  result.model = "m";
  result.pool = "p";
  result.test = "s";
  result.classes = 2;
  result.pool_rows = 100;
  result.test_rows = 50;
  result.shots = 10;
  result.plan = train::finetune_plan({}, 10);
  result.methods = {{"fine-tuned m", "model", {}}, {"majority class", "majority", {}}};
  for (const double accuracy : accuracies) {
    train::FinetuneRun run;
    run.seed = result.model_runs.size() + 1;
    result.model_runs.push_back(run);
    result.methods[0].runs.push_back(scores(accuracy));
    result.methods[1].runs.push_back(scores(0.5));
  }
  return result;
}

std::string text_of(const std::vector<FinetuneResult>& results) {
  std::ostringstream out;
  print_finetune_text(out, results, {});
  return out.str();
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_CASE("the mean over runs has a bootstrap interval, as far as they differ", "[apps]") {
  // Means of two draws from 0.5 and 0.75: a quarter of them is 0.5, a quarter 0.75.
  const auto result = result_of({0.5, 0.75});
  const auto json = nlohmann::json::parse(finetune_json({result}, {}));
  CHECK(json["methods"][0]["interval"]["accuracy"] == std::vector<double>{0.5, 0.75});
  CHECK(json["methods"][0]["interval"]["auc"].is_null());       // undefined
  CHECK(json["methods"][1]["interval"]["accuracy"].is_null());  // always the same
  CHECK_THAT(text_of({result}), Catch::Contains("95% interval") && Catch::Contains("0.500 to 0.750"));
  CHECK_THAT(text_of({result, result}), Catch::Contains("95% interval") && Catch::Contains("0.500 to 0.750"));
  const auto single = result_of({0.5});
  CHECK(nlohmann::json::parse(finetune_json({single}, {}))["methods"][0]["interval"]["accuracy"].is_null());
  CHECK_THAT(text_of({single}), !Catch::Contains("95%"));
}

TEST_CASE("every option that is not the published protocol is named", "[apps]") {
  auto result = result_of({0.5, 0.75});
  CHECK(first_line(text_of({result})) == "task t, 2 classes, 50 test rows; 20 epochs, learning rate 0.0004, batch 5");
  CHECK(first_line(text_of({result, result})) == "fine-tuned m");
  result.options.pooling = config::Pooling::mean;
  result.options.learning_rates = {0.001, 0.01};
  result.options.held_out = 0.25;
  result.options.hidden_dropout_prob = 0;
  const std::string options = ", mean pooling, 25% of each draw held out, hidden dropout 0";
  CHECK_THAT(first_line(text_of({result})), Catch::EndsWith(options));
  result.plan.epochs = 3;
  CHECK(first_line(text_of({result, result})) ==
        "fine-tuned m, 3 epochs, learning rate the best of 0.001, 0.01 on held-out rows" + options);
  const auto json = nlohmann::json::parse(finetune_json({result}, {}))["options"];
  CHECK(json["pooling"] == "mean");
  CHECK(json["held_out"] == 0.25);
  CHECK(json["hidden_dropout_prob"] == 0);
  CHECK_FALSE(json.contains("weight_decay"));
  result.dev = "d";
  CHECK_THAT(first_line(text_of({result})), !Catch::Contains("held out"));
}
