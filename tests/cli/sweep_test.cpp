// cmgems sweep: a grid of runs that goes on where it was.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

namespace {

/// Seconds; every pretraining is used for two poolings.
const std::string kGrid =
    "sweep --out grid --vary masking.strategy=random,global --vary finetune.pooling=cls,mean --task synthetic --shots 4"
    " --runs 2 --set finetune.epochs=1" +
    cmgems::test::kTiny;

}  // namespace

TEST_CASE("a sweep runs every point, each pretraining once", "[cli]") {
  const Program program;
  const auto planned = program.run(kGrid + "--dry-run");
  INFO(planned.err);
  REQUIRE(planned.code == 0);
  CHECK_THAT(planned.out, Catch::Contains("to do cmgems pretrain") && Catch::Contains("minutes on this machine"));
  const auto document = json::parse(program.run(kGrid + "--dry-run --json").out);
  CHECK(document["stages"].size() == 6);
  CHECK(document["stages"][0]["title"] == "pretrain masking.strategy=random");
  CHECK_FALSE(program.has("grid"));

  const auto done = program.run(kGrid + "--json");
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK_THAT(done.err, Catch::Contains("estimate: 6 of 6 stages"));
  const auto result = json::parse(done.out);
  CHECK(result == json::parse(program.read("grid/sweep.json")));
  REQUIRE(result["points"].size() == 4);
  CHECK(result["points"][1]["name"] == "masking.strategy=random,finetune.pooling=mean");
  CHECK(result["points"][1]["values"]["finetune.pooling"] == "mean");
  CHECK(result["points"][0]["perplexity"] == result["points"][1]["perplexity"]);
  CHECK(result["points"][0]["perplexity"] != result["points"][2]["perplexity"]);
  CHECK(result["points"][3]["accuracy"]["synthetic-4"]["runs"].size() == 2);
  CHECK(result["points"][3]["accuracy"]["synthetic-4"]["against_first"]["pairs"] == 2);
  CHECK_FALSE(result["points"][0]["accuracy"]["synthetic-4"].contains("against_first"));
  CHECK(result["baselines"].size() == 2);
  CHECK_THAT(program.read("grid/sweep.svg"), Catch::Contains("<svg") && Catch::Contains(">finetune.pooling</text>"));

  const auto model = program.read("grid/pretrain/masking.strategy=random/model/model.safetensors");
  CHECK_FALSE(model.empty());
  std::filesystem::remove_all(program.folder.path() / "grid/pretrain/masking.strategy=global");
  const auto again = program.run(kGrid);
  INFO(again.err);
  CHECK(again.code == 0);
  CHECK_THAT(again.err, Catch::Contains("stage 1/6: pretrain masking.strategy=random is done") &&
                            Catch::Contains("estimate: 1 of 6"));
  CHECK_THAT(again.out, Catch::Contains("against masking.strategy=random,finetune.pooling=cls") &&
                            Catch::Contains("majority class"));
  CHECK(program.run(kGrid + "--set train.seed=7").code == 64);  // another request
  std::filesystem::remove(program.folder.path() / "grid/pretrain/masking.strategy=random/metrics.jsonl");
  const auto without = program.run(kGrid + "--json");
  INFO(without.err);
  REQUIRE(without.code == 0);
  CHECK(json::parse(without.out)["points"][0]["perplexity"].is_null());
  CHECK_THAT(without.err, Catch::Contains("metrics.jsonl is not there"));
}

TEST_CASE("a sweep that is stopped in few-shot runs goes on behind the finished ones", "[cli]") {
  const Program program;
  const std::string sweep = "sweep --vary masking.strategy=random,global --task synthetic --shots 4 --runs 12 --json " +
                            cmgems::test::kTiny + "--set finetune.epochs=10 ";
  const std::string runs = "grid/finetune/synthetic-4/masking.strategy=random/finished_runs.jsonl";
  const auto stopped = program.shell("env -u CMGEMS_DATA '" + std::string(CMGEMS_PROGRAM) + "' " + sweep +
                                     "--out grid & pid=$!; for i in $(seq 1200); do [ -s '" + runs +
                                     "' ] && break; sleep 0.02; done; kill -TERM $pid; wait $pid");
  INFO(stopped.err);
  CHECK(stopped.code == 75);
  const auto done = program.run(sweep + "--out grid");
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK_THAT(done.err, Catch::Contains("runs are finished; their results are taken as they are"));
  auto result = json::parse(done.out), whole = json::parse(program.run(sweep + "--out whole").out);
  CHECK(result["baselines"] == whole["baselines"]);
  for (std::size_t i = 0; i < 2; ++i) CHECK(result["points"][i]["accuracy"] == whole["points"][i]["accuracy"]);
}

TEST_CASE("a sweep of a configuration that was edited is refused", "[cli]") {
  const Program program;
  const std::string settings = R"({"inputs": {"genome": "builtin:synthetic"}, "data": {"k": 4, "max_tokens": 24},
    "npmi": {"table": "from-genome"}, "synthetic": {"length": 60000}, "compute": {"threads": 1},
    "model": {"preset": "logo", "hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 2,
              "num_hidden_layers": 2, "position_init": "normal"},
    "train": {"max_steps": 20, "eval_steps": 10, "warmup_steps": 5, "validation_windows": 40, "windows_per_step": 8,
              "learning_rate": )";
  const std::string sweep = "sweep --config own.json --out grid --vary masking.strategy=random,global";
  program.write("own.json", settings + "0.001}}");
  const auto done = program.run(sweep);
  INFO(done.err);
  REQUIRE(done.code == 0);
  program.write("own.json", settings + "0.002}}");
  const auto refused = program.run(sweep);
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("settings.train.learning_rate was 0.001, is 0.002"));
}

TEST_CASE("a sweep that cannot run is refused before the first step", "[cli]") {
  const Program program;
  const std::string sweep = "sweep --config smoke.json --vary ";
  CHECK(program.run(sweep + "data.k").code == 64);
  const auto unknown = program.run(sweep + "data.kk=3,4");
  CHECK(unknown.code == 64);
  CHECK_THAT(unknown.err, Catch::Contains("data.k"));
  const auto wrong = program.run(sweep + "data.k=3,99");
  CHECK(wrong.code == 64);
  CHECK_THAT(wrong.err, Catch::Contains("the point data.k=99 cannot run"));
  CHECK(program.run(sweep + "data.k=3,4 --shots 10").code == 64);
  CHECK(program.run(sweep + "data.k=3,4 --task synthetic,synthetic").code == 64);
  CHECK(program.run(sweep + "data.k=3,4 --task synthetic --shots 10,10").code == 64);
  CHECK(program.run(sweep + "finetune.seed=1,2 --task synthetic").code == 64);
  CHECK(program.run(sweep + "finetune.pooling=cls,mean").code == 64);
  CHECK(program.run(sweep + "data.k=3,4 --task prom-core --data none").code == 66);
  CHECK_FALSE(program.has("runs"));
}
