#include "../../apps/reproduction.h"

#include <sstream>

#include "../../apps/reproduction_table.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems::apps;

namespace {

using Words = std::vector<std::string>;

Reproduction reproduction_in(const std::filesystem::path& folder) {
  return {folder,
          scales().front(),
          candidates_of({"random", "cm-gems"}, true, false),
          {},
          2,
          {"smoke.json", {"train.seed=2"}, {}, "d"},
          true};
}

/// What a pretraining and an evaluation of GUE leave of what the table reads.
void write_results(const cmgems::test::TemporaryFolder& folder, const std::string& name, const std::string& means) {
  folder.write("pretrain/" + name + "/metrics.jsonl",
               "{\"event\":\"eval\",\"perplexity\":8.5,\"masker\":\"random\"}\n");
  folder.write("gue/" + name + "/results.json", R"({"command": "eval-gue", "means": )" + means + "}");
}

}  // namespace

TEST_CASE("every strategy is pretrained as written, as released, or both", "[apps]") {
  const auto names = [](bool paper, bool release) {
    Words list;
    for (const auto& one : candidates_of({"random", "cm-gems"}, paper, release)) list.push_back(one.name());
    return list;
  };
  CHECK(names(true, false) == Words{"random", "cm-gems"});
  CHECK(names(false, true) == Words{"random-release", "cm-gems-release"});
  CHECK(names(true, true) == Words{"random", "random-release", "cm-gems", "cm-gems-release"});
}

TEST_CASE("GUE is evaluated with every model, beside the baselines once, and goes on", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  auto reproduction = reproduction_in(folder.path());
  const auto stages = stages_of(reproduction);
  REQUIRE(stages.size() == 4);
  const std::string run = (folder.path() / "gue" / "random").string();
  CHECK(stages[2].title == "gue of random");
  CHECK(stages[2].arguments == Words{"eval-gue", "--json", "--overwrite", "--out", run, "--model",
                                     (folder.path() / "pretrain" / "random").string(), "--config", "smoke.json",
                                     "--set", "train.seed=2", "--set",
                                     R"(gue.baseline=["kmer","majority","random-encoder"])", "--data", "d"});
  CHECK(stages[3].arguments[12] == "gue.baseline=[]");
  const std::string begun = R"({"command": "eval-gue", "finished": false, "compute_cost": {}})";
  folder.write("pretrain/random/run.json", R"({"command": "pretrain", "finished": true, "compute_cost": {}})");
  folder.write("gue/random/run.json", begun);
  folder.write("gue/random/config.json", "{}");
  CHECK(stages_of(reproduction)[2].arguments == Words{"eval-gue", "--json", "--resume", run});
  reproduction.gue = false;
  CHECK(stages_of(reproduction).size() == 2);
}

TEST_CASE("the table has the means of GUE, of the baselines too", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const auto reproduction = reproduction_in(folder.path());
  const auto others = R"("other": {"sets": 0, "of": 15, "mcc": {"model": null, "majority": null}})";
  write_results(
      folder, "random",
      std::string(R"({"human": {"sets": 2, "of": 12, "mcc": {"model": 0.25, "majority": 0}}, )") + others + "}");
  write_results(folder, "cm-gems",
                std::string(R"({"human": {"sets": 2, "of": 12, "mcc": {"model": 0.5}}, )") + others + "}");
  const auto json = reproduction_json(reproduction);
  CHECK(json["gue"] == nlohmann::ordered_json({{"human", 2}, {"other", 0}}));
  REQUIRE(json["rows"].size() == 3);
  CHECK(json["rows"][0]["gue"]["human"] == 0.25);
  CHECK(json["rows"][1]["gue"]["human"] == 0.5);
  CHECK(json["rows"][1]["gue"]["other"].is_null());
  CHECK(json["rows"][2]["name"] == "majority");
  CHECK(json["rows"][2]["gue"]["human"] == 0);
  std::ostringstream text;
  print_reproduction(text, json);
  CHECK_THAT(text.str(), Catch::Contains("MCC human  MCC other") && Catch::Contains("25.00          -") &&
                             Catch::Contains("50.00          -") &&
                             Catch::Contains("mean over 2 human and 0 other sets of GUE"));
  folder.write("gue/cm-gems/results.json", "{}");
  CHECK_THAT(cmgems::test::message_of<cmgems::DataError>([&] { reproduction_json(reproduction); }),
             Catch::Contains("and the stage runs again"));
}
