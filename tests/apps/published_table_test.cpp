#include "../../apps/published_table.h"

#include <sstream>

#include "support/catch.h"

using namespace cmgems::apps;
using cmgems::tasks::SetScore;

TEST_CASE("few-shot accuracies stand beside table 4", "[apps]") {
  const std::vector<FewShotScore> own{{"prom-core", 10, 0.610}, {"prom-core", 100, 0.7}, {"splice-40", 10, 0.400}};
  const auto json = published_few_shot_json(own);
  CHECK(json["own"].size() == 2);  // the paper has no 100 shots
  CHECK(json["mean"].get<double>() == Approx(0.505));
  const auto& gems = json["models"][5];
  CHECK(gems["name"] == "DNABERT CM-GEMS 10K");
  CHECK(gems["scores"]["prom-core-10"]["value"] == 0.594);
  CHECK(gems["scores"]["prom-core-10"]["deviation"] == 0.052);
  CHECK(gems["scores"]["splice-40-10"]["difference"].get<double>() == Approx(0.006));
  CHECK(gems["mean"].get<double>() == Approx(0.494));
  std::ostringstream text;
  print_published_few_shot(text, own);
  CHECK_THAT(text.str(), Catch::Contains("0.594 ± 0.052 (+0.016)") && Catch::Contains("DNABERT CM-GEMS 10K *") &&
                             Catch::Contains("by its position in the window"));
}

TEST_CASE("GUE scores stand beside tables 2 and 6, with the tests of table 3", "[apps]") {
  const std::vector<SetScore> own{{"tf/3", 0.5}, {"prom/prom_300_tata", 0.8}, {"mouse/2", 0.75}, {"virus/covid", 0.5}};
  const auto json = published_gue_json(own);
  CHECK(json["own"].size() == 3);
  CHECK(json["models"].size() == 18);
  CHECK(json["models"][1]["scores"]["tf/3"]["difference"].get<double>() == Approx(0.5 - 0.5189));
  CHECK(json["models"][1]["against"]["pairs"] == 3);
  CHECK(json["models"][1]["against"]["t_test"]["p"].is_number());
  REQUIRE(json["share_of_best"].size() == 2);
  CHECK(json["share_of_best"][0]["species"] == "human");
  CHECK(json["share_of_best"][0]["best_model"] == "NT-500M-Human");  // 78.07 and 42.95
  CHECK(json["share_of_best"][0]["share"].get<double>() == Approx(0.65 / 0.6051));
  CHECK(json["share_of_best"][1]["share"].get<double>() == Approx(0.75 / 0.8171));
  std::ostringstream text;
  print_published_gue(text, own);
  CHECK_THAT(text.str(), Catch::Contains("51.89 (-1.89)") && Catch::Contains("mean of 2 human") &&
                             Catch::Contains("LOGO, 1,000 steps") && Catch::Contains("above the paper's line of 90%"));
}

TEST_CASE("tasks that the paper does not have are no section", "[apps]") {
  CHECK(published_few_shot_json({{"synthetic", 10, 0.9}}).is_null());
  CHECK(published_gue_json({{"virus/covid", 0.5}}).is_null());
  std::ostringstream text;
  print_published_few_shot(text, {{"synthetic", 10, 0.9}});
  print_published_gue(text, {});
  CHECK(text.str().empty());
}

TEST_CASE("all sets together have the mean and deviation of table 3", "[apps]") {
  std::vector<SetScore> own;
  for (const auto set : cmgems::tasks::published_gue_sets()) {
    own.push_back({set, cmgems::tasks::published_gue(set)[7].value});
  }
  std::ostringstream text;
  print_published_gue(text, own);
  // DNABERT CM-GEMS 10K beside itself, DNABERT 120K, DNABERT-2 120K (k-mer) and DNABERT GeneMask 10K, as printed there
  CHECK_THAT(text.str(), Catch::Contains("mean ± SD of all 27") && Catch::Contains("63.09 ± 17.49 (+0.00)") &&
                             Catch::Contains("60.69 ± 17.72 (+2.40)") && Catch::Contains("61.12 ± 17.77") &&
                             Catch::Contains("62.34 ± 17.69"));
  const auto json = published_gue_json(own);
  CHECK(json["mean"].get<double>() == Approx(0.6309).margin(5e-5));
  CHECK(json["deviation"].get<double>() == Approx(0.1749).margin(5e-5));
  CHECK(json["models"][1]["deviation"].get<double>() == Approx(0.1772).margin(5e-5));
  CHECK(published_gue_json({{"tf/3", 0.5}})["deviation"] == 0);
}
