#include "../../apps/gue_report.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::apps;

namespace {

/// tf/4 with these Matthews correlations, one a seed.
GueResult result_of(const std::vector<double>& correlations) {
  GueResult result;
  result.model = "m";
  GueSetResult set;
  set.set = tasks::choose_gue_sets({"tf/4"}).front();
  set.classes = 2;
  set.methods = {{"fine-tuned m", "model", {}}};
  for (const double correlation : correlations) {
    GueScores scores;
    scores.seed = result.seeds.size() + 1;
    scores.scores.mcc = correlation;
    result.seeds.push_back(static_cast<std::int64_t>(*scores.seed));
    set.methods[0].runs.push_back(scores);
  }
  result.sets = {set};
  return result;
}

std::string text_of(const GueResult& result) {
  std::ostringstream out;
  print_gue_text(out, result);
  return out.str();
}

}  // namespace

TEST_CASE("several seeds of a set have an interval of their mean", "[apps]") {
  const auto result = result_of({0.5, 0.75});
  const auto json = nlohmann::json::parse(gue_json(result));
  CHECK(json["sets"][0]["methods"][0]["interval"]["mcc"] == std::vector<double>{0.5, 0.75});
  CHECK(json["sets"][0]["methods"][0]["interval"]["accuracy"].is_null());
  CHECK_THAT(text_of(result), Catch::Contains("95% interval") && Catch::Contains("50.00 to 75.00"));
  CHECK_THAT(text_of(result_of({0.5})), !Catch::Contains("95% interval"));
}

TEST_CASE("options of GUE are in its result, and in its text where they are not the published ones", "[apps]") {
  auto result = result_of({0.5});
  const nlohmann::json published = {{"pooling", "cls"}, {"learning_rate", 3e-5}, {"batch_size", 32}};
  CHECK(nlohmann::json::parse(gue_json(result))["options"] == published);
  CHECK_THAT(text_of(result), !Catch::Contains("not as published"));
  result.options.pooling = config::Pooling::mean;
  result.options.batch_size = 16;
  CHECK(nlohmann::json::parse(gue_json(result))["options"]["pooling"] == "mean");
  CHECK_THAT(text_of(result), Catch::Contains("not as published: mean pooling, batch 16\n"));
}
