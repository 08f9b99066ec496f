// Scores equal to scikit-learn's on random labels, with ties and absent classes (scripts/golden/metrics_random.py).
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cmgems/metrics/classification.h"
#include "support/catch.h"

using namespace cmgems;

TEST_CASE("scores of random labels are those of scikit-learn", "[golden]") {
  std::ifstream file(test::source_folder() / "tests" / "golden" / "metrics.jsonl");
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    INFO("case " << cases);
    const auto expected = nlohmann::json::parse(line);
    const int classes = expected.at("classes");
    const std::vector<int> labels = expected.at("labels");
    const std::vector<double> probabilities = expected.at("probabilities");
    const auto predictions = metrics::most_likely(probabilities, classes);
    const auto scores = metrics::score_predictions(labels, predictions, probabilities, classes);
    const auto same = [&](const char* key, double value) {
      INFO(key);
      CHECK(value == Approx(expected.at(key).get<double>()).margin(1e-13));
    };
    same("accuracy", scores.accuracy);
    same("balanced_accuracy", scores.balanced_accuracy);
    same("precision", scores.precision);
    same("recall", scores.recall);
    same("f1", scores.f1);
    same("mcc", scores.mcc);
    CHECK(std::isnan(scores.auc) == expected.at("auc").is_null());
    if (!expected.at("auc").is_null()) same("auc", scores.auc);
    CHECK(scores.confusion == expected.at("confusion").get<std::vector<std::vector<std::int64_t>>>());
  }
  CHECK(cases == 10);
}
