// cmgems compare: results of finetune and eval-gue against each other and against published numbers.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

namespace {

json runs(const std::vector<double>& accuracies) {
  json list = json::array();
  std::int64_t seed = 1;
  for (const double value : accuracies) {
    list.push_back({{"seed", seed++},
                    {"accuracy", value},
                    {"balanced_accuracy", value - 0.25},
                    {"mcc", value - 0.5},
                    {"auc", nullptr}});
  }
  return list;
}

json few_shot(const std::string& task, const std::vector<double>& model, const std::vector<double>& kmer) {
  return {{"command", "finetune"},
          {"task", task},
          {"model", "m"},
          {"shots", 10},
          {"pool", {{"rows", 2000}}},
          {"test", {{"rows", 5920}}},
          {"methods",
           {{{"name", "fine-tuned m"}, {"kind", "model"}, {"runs", runs(model)}},
            {{"name", "k-mers"}, {"kind", "kmer"}, {"runs", runs(kmer)}}}}};
}

json gue(const std::vector<std::pair<std::string, double>>& scores) {
  json result = {{"command", "eval-gue"}, {"model", "m"}, {"sets", json::array()}};
  for (const auto& [set, mcc] : scores) {
    json run = {{"seed", 42}, {"accuracy", 0.8}, {"mcc", mcc}};
    result["sets"].push_back({{"set", set},
                              {"metric", "mcc"},
                              {"rows", {{"train", 100}, {"test", 50}}},
                              {"methods", {{{"name", "m"}, {"kind", "model"}, {"runs", {run}}}}}});
  }
  return result;
}

}  // namespace

TEST_CASE("two few-shot results are compared run by run", "[cli]") {
  const Program program;
  program.write("a/results.json", few_shot("prom-core", {0.60, 0.62, 0.58, 0.61}, {0.5, 0.5, 0.5, 0.5}).dump());
  const json both = {{"command", "finetune"},
                     {"results",
                      {few_shot("prom-core", {0.63, 0.63, 0.60, 0.66}, {0.5, 0.5, 0.5, 0.5}),
                       few_shot("splice-40", {0.4, 0.4, 0.4, 0.4}, {0.5, 0.5, 0.5, 0.5})}}};
  program.write("b.json", both.dump());
  const auto run = program.run("compare a b.json --json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto result = json::parse(run.out);
  CHECK(result["reference"] == "a");
  REQUIRE(result["tasks"].size() == 1);
  CHECK(result["tasks"][0]["task"] == "prom-core-10");
  const auto& row = result["tasks"][0]["rows"][1];
  CHECK(row["name"] == "b.json");
  // 0.03, 0.01, 0.02, 0.05: mean 0.0275, deviation 0.0170783, t = 3.2205 with 3 degrees
  CHECK(row["difference"]["mean"].get<double>() == Approx(0.0275));
  CHECK(row["t_test"]["t"].get<double>() == Approx(3.22047).epsilon(1e-5));
  CHECK(row["t_test"]["p"].get<double>() == Approx(0.0485).margin(0.0002));
  CHECK(row["wilcoxon"]["p"].is_null());
  CHECK(result["notes"].dump().find("only in b.json: splice-40-10") != std::string::npos);

  const auto text = program.run("compare a b.json");
  CHECK_THAT(text.out, Catch::Contains("prom-core-10") && Catch::Contains("+0.028 [+0.000, +0.055]") &&
                           Catch::Contains("Student's t"));
  const auto mcc = json::parse(program.run("compare a b.json --metric mcc --interval bootstrap --json").out);
  CHECK(mcc["tasks"][0]["metric"] == "mcc");
  CHECK(mcc["tasks"][0]["rows"][0]["mean"].get<double>() == Approx(0.1025));
  CHECK(mcc["tasks"][0]["rows"][1]["difference"]["low"].get<double>() >= 0.01);
  const auto balanced = json::parse(program.run("compare a b.json --metric balanced_accuracy --json").out);
  CHECK(balanced["tasks"][0]["rows"][0]["mean"].get<double>() == Approx(0.3525));
}

TEST_CASE("one result is compared with its baselines and with the paper", "[cli]") {
  const Program program;
  program.write("a/results.json", few_shot("prom-core", {0.60, 0.62, 0.58}, {0.5, 0.52, 0.5}).dump());
  CHECK(program.run("compare a").code == 64);
  CHECK(program.run("compare a a").code == 64);
  CHECK(program.run("compare a a/").code == 64);
  CHECK(program.run("compare ./a/results.json a").code == 64);
  const auto result = json::parse(program.run("compare a --baselines --published --json").out);
  CHECK(result["tasks"][0]["rows"][1]["name"] == "k-mers");
  CHECK(result["tasks"][0]["rows"][1]["difference"]["mean"].get<double>() == Approx(-0.28 / 3));
  const auto& models = result["published"][0]["few_shot"]["models"];
  CHECK(models[5]["scores"]["prom-core-10"]["difference"].get<double>() == Approx(0.6 - 0.594));
  CHECK(result["published"][0]["gue"].is_null());
  CHECK_THAT(program.run("compare a --published").out, Catch::Contains("table 4"));
}

TEST_CASE("two GUE results are compared over their sets", "[cli]") {
  const Program program;
  program.write("a.json", gue({{"tf/0", 0.60}, {"tf/1", 0.70}, {"mouse/2", 0.50}, {"EMP/H3", 0.7}}).dump());
  program.write("b.json", gue({{"tf/0", 0.64}, {"tf/1", 0.72}, {"mouse/2", 0.56}}).dump());
  const auto run = program.run("compare a.json b.json --published --json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto result = json::parse(run.out);
  REQUIRE(result["overall"].size() == 1);
  CHECK(result["overall"][0]["pairs"] == 3);
  CHECK(result["overall"][0]["difference"]["mean"].get<double>() == Approx(0.04));
  CHECK(result["overall"][0]["t_test"]["t"].get<double>() == Approx(3.4641).epsilon(1e-4));
  CHECK(result["published"][1]["gue"]["share_of_best"].size() == 2);
  const auto text = program.run("compare a.json b.json --published");
  CHECK_THAT(text.out, Catch::Contains("over tasks and sets") && Catch::Contains("tables 2 and 6") &&
                           Catch::Contains("only in a.json: EMP/H3"));
}

TEST_CASE("what cannot be compared is refused", "[cli]") {
  const Program program;
  program.write("a.json", few_shot("prom-core", {0.6}, {0.5}).dump());
  program.write("g.json", gue({{"tf/0", 0.6}}).dump());
  const auto apart = program.run("compare a.json g.json");
  CHECK(apart.code == 65);
  CHECK_THAT(apart.err, Catch::Contains("a.json holds prom-core-10") && Catch::Contains("g.json holds tf/0"));
  CHECK(program.run("compare a.json none.json").code == 66);
  program.write("pretraining/run.json", "{}");
  const auto unfinished = program.run("compare a.json pretraining");
  CHECK(unfinished.code == 66);
  CHECK_THAT(unfinished.err, Catch::Contains("did not finish"));
  program.write("bad.json", "{\"command\": \"finetune\"");
  CHECK(program.run("compare a.json bad.json").code == 65);
  program.write("other.json", R"({"command": "pretrain"})");
  const auto other = program.run("compare a.json other.json");
  CHECK(other.code == 65);
  CHECK_THAT(other.err, Catch::Contains("it is a result of pretrain"));
  program.write("keys.json", R"({"command": "finetune", "task": "t", "methods": [{"runs": []}]})");
  CHECK(program.run("compare a.json keys.json").code == 65);
  CHECK(program.run("compare a.json g.json --metric speed").code == 64);
}
