// cmgems pretrain --resume and cmgems checkpoint: interrupted runs go on, and nothing else happens to them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;
using nlohmann::json;

namespace {

/// Many steps, so that there is time for several checkpoints.
const std::string kMany = kTiny + " --set train.max_steps=600 --set train.save_steps=10 ";

std::string results(const Program& program, const std::string& run) {
  std::string all;
  for (const char* file : {"model/model.safetensors", "model/config.json", "metrics.jsonl", "trainer_state.json"}) {
    all += program.read(run + "/" + file);
  }
  return all;
}

}  // namespace

TEST_CASE("a stopped run says how to go on, and ends as if it had not been stopped", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out whole" + kTiny).code == 0);
  const auto stopped = program.run("pretrain --max-minutes 0.000001 --out run" + kTiny);
  CHECK(stopped.code == 75);
  CHECK_THAT(stopped.err, Catch::Contains("stopped by --max-minutes 0.00 after step 0 of 60; continue with: cmgems "
                                          "pretrain --resume run"));
  CHECK_FALSE(program.has("run/model"));
  const auto again = program.run("pretrain --quiet --resume run");
  INFO(again.err);
  REQUIRE(again.code == 0);
  CHECK(results(program, "run") == results(program, "whole"));

  const auto done = program.run("pretrain --resume run");
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Catch::Contains("the run run is finished, nothing was done"));
  CHECK(json::parse(program.run("pretrain --resume run --json").out)["finished"] == true);
}

TEST_CASE("a run that diverged says how to go on, and does", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out 'a run' --set train.save_steps=100" + kTiny).code == 0);
  const auto kept = json::parse(program.run("checkpoint list --json 'a run'").out)["checkpoints"];
  // Every update makes the weights ten times as large.
  const auto diverged = program.run(
      "pretrain --quiet --resume 'a run' --extend-to 160 --set train.learning_rate=10 --set train.weight_decay=1 "
      "--allow-mismatch train.learning_rate --allow-mismatch train.weight_decay");
  INFO(diverged.err);
  CHECK(diverged.code == 65);
  CHECK_THAT(diverged.err,
             Catch::Contains("the newest checkpoint is a run/checkpoint-60; continue from it with a lower rate: cmgems "
                             "pretrain --resume 'a run' --set train.learning_rate=5 --allow-mismatch "
                             "train.learning_rate\n"));
  CHECK(json::parse(program.run("checkpoint list --json 'a run'").out)["checkpoints"] == kept);
  CHECK(program
            .run("pretrain --quiet --resume 'a run' --set train.learning_rate=1e-3 --set train.weight_decay=0.01 "
                 "--allow-mismatch train.learning_rate")
            .code == 0);
  CHECK_THAT(program.read("a run/metrics.jsonl"), Catch::Contains("\"event\":\"done\",\"step\":160"));
}

TEST_CASE("differences are refused one by one unless they are named", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0);
  const std::string more = "pretrain --resume run --extend-to 70 --set train.learning_rate=1e-3 ";
  const auto refused = program.run(more + "--set data.max_tokens=20");
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("train.learning_rate was 0.003, is 0.001") &&
                              Catch::Contains("data.max_tokens was 24, is 20") && Catch::Contains("--allow-mismatch"));
  CHECK_THAT(refused.err, !Catch::Contains("train.max_steps was"));
  const auto unknown = program.run(more + "--allow-mismatch train.learning_rat");
  CHECK(unknown.code == 64);
  CHECK_THAT(unknown.err, Catch::Contains("did you mean train.learning_rate?"));
  CHECK(program.run(more + "--quiet --allow-mismatch train.learning_rate").code == 0);
}

TEST_CASE("a finished run goes on to more steps", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0);
  const auto before = program.read("run/model/model.safetensors");
  const auto less = program.run("pretrain --resume run --extend-to 50");
  CHECK(less.code == 64);
  CHECK_THAT(less.err, Catch::Contains("--extend-to 50: the run goes to step 60 as it is"));
  REQUIRE(program.run("pretrain --quiet --resume run --extend-to 80").code == 0);
  CHECK(program.read("run/model/model.safetensors") != before);
  const auto metrics = program.read("run/metrics.jsonl");
  CHECK_THAT(metrics, Catch::Contains("\"event\":\"done\",\"step\":80") && !Catch::Contains("\"done\",\"step\":60"));
  CHECK(json::parse(program.read("run/config.json"))["train"]["max_steps"] == 80);
  CHECK_THAT(program.run("pretrain --resume run --extend-to 80").out, Catch::Contains("nothing was done"));
  CHECK(program.run("pretrain --extend-to 80" + kTiny).code == 64);
}

TEST_CASE("an interrupted continuation goes on with the command that it prints", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --keep 3 --out run" + kTiny).code == 0);
  const auto stopped = program.run("pretrain --quiet --resume run --extend-to 80 --max-minutes 0.000001");
  CHECK(stopped.code == 75);
  CHECK_THAT(stopped.err, Catch::Contains("continue with: cmgems pretrain --resume run\n"));
  const auto record = json::parse(program.read("run/run.json"));
  CHECK(record["accepted"]["train.max_steps"] == json({"60", "80"}));
  CHECK(record["keep"] == 3);
  const auto resumed = program.run("pretrain --quiet --resume run");
  INFO(resumed.err);
  CHECK(resumed.code == 0);
  CHECK(program.has("run/checkpoint-80"));
  CHECK(json::parse(program.run("checkpoint list --json run").out)["checkpoints"].size() == 3);
}

TEST_CASE("the run to continue is found by its configuration, or a new one starts", "[cli]") {
  const Program program;
  const auto none = program.run("pretrain --resume");
  CHECK(none.code == 66);
  CHECK_THAT(none.err, Catch::Contains("no unfinished run was found under runs/"));
  const auto first = program.run("pretrain --resume auto --max-minutes 0.000001 --out runs/a" + kTiny);
  CHECK(first.code == 75);
  for (const std::string other : {"train.seed=7", "synthetic.seed=7", "npmi.min_count=5"}) {
    CHECK(program.run("pretrain --resume" + kTiny + "--set " + other).code == 66);
  }
  const auto found = program.run("pretrain --resume auto" + kTiny);
  CHECK(found.code == 0);
  CHECK_THAT(found.err, Catch::Contains("run: runs/a (default: the newest unfinished one under runs/)"));
  CHECK(program.has("runs/a/model"));
  const auto nowhere = program.run("pretrain --resume no/run");
  CHECK(nowhere.code == 66);
  CHECK_THAT(nowhere.err, Catch::Contains("no run at no/run"));
  CHECK(program.run("pretrain --resume runs/a --out other").code == 64);
  CHECK(program.run("pretrain --resume runs/a --overwrite").code == 64);
}

TEST_CASE("a damaged checkpoint is passed over with its reason", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out run" + kMany).code == 0);
  const auto whole = results(program, "run");
  CHECK(program.run("checkpoint verify run").code == 0);
  const auto list = json::parse(program.run("checkpoint list --json run").out)["checkpoints"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["step"] == 600);
  const std::string unfinished = "sed -i 's/\"finished\": true/\"finished\": false/' run/run.json; ";
  program.shell(unfinished + "printf x >> run/checkpoint-600/training_state.safetensors");
  const auto verified = program.run("checkpoint verify run");
  CHECK(verified.code == 65);
  CHECK_THAT(verified.err, Catch::Contains("1 of 2 checkpoints in run are not whole"));
  CHECK_THAT(verified.out, Catch::Contains("training_state.safetensors has "));
  const auto resumed = program.run("pretrain --resume run");
  CHECK(resumed.code == 0);
  CHECK_THAT(resumed.err, Catch::Contains("checkpoint of step 600 skipped: ") &&
                              Catch::Contains("continuing after step " + list[1]["step"].dump()));
  CHECK(results(program, "run") == whole);
  CHECK(program.run("checkpoint verify run").code == 0);

  program.shell(unfinished + "for c in run/checkpoint-*; do : > $c/MANIFEST.json; done");
  const auto lost = program.run("pretrain --resume run");
  CHECK(lost.code == 65);
  CHECK_THAT(lost.err, Catch::Contains("no checkpoint in run is whole (2 looked through)"));
}

TEST_CASE("checkpoints are listed, verified and pruned", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --keep 4 --out run" + kMany).code == 0);
  const auto list = json::parse(program.run("checkpoint list --json run").out);
  CHECK(list["command"] == "checkpoint list");
  REQUIRE(list["checkpoints"].size() == 4);
  CHECK(list["checkpoints"][0]["step"] == 600);
  CHECK(list["checkpoints"][0]["whole"] == true);
  program.write("run/checkpoint-7.tmp-1/x", "half");
  CHECK(program.run("checkpoint prune run --keep 1").code == 64);
  CHECK(json::parse(program.run("checkpoint prune --json run").out)["checkpoints"].size() == 2);
  CHECK_FALSE(program.has("run/checkpoint-7.tmp-1"));
  CHECK(program.run("checkpoint list nothing").code == 66);
  const auto model = program.run(
      "finetune --config smoke.json --task synthetic --shots 2 --runs 1 --quiet --out f --set finetune.epochs=1 "
      "--model run/checkpoint-600");
  INFO(model.err);
  CHECK(model.code == 0);  // a checkpoint is a model folder
}

TEST_CASE("a run is a trainer state and TensorBoard's files too", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0);
  const auto state = json::parse(program.read("run/trainer_state.json"));
  CHECK(state["global_step"] == 60);
  CHECK(state["max_steps"] == 60);
  REQUIRE(state["log_history"].size() == 5);  // trained to 50 and 60, measured at 20, 40 and 60
  CHECK(state["log_history"][0]["step"] == 20);
  CHECK(state["log_history"][0].contains("eval_loss"));
  CHECK(state["log_history"][2]["step"] == 50);
  CHECK(state["log_history"][2].contains("learning_rate"));
  CHECK(state["best_metric"] == state["log_history"][4]["eval_loss"]);
  CHECK(program.shell("ls run/runs/*/events.out.tfevents.*").code == 0);
}

TEST_CASE("a log on a full disk does not end a run", "[cli]") {
  const Program program;
  if (!std::filesystem::exists("/dev/full")) CMGEMS_SKIP("/dev/full is not here");
  REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0);
  program.shell("ln -sf /dev/full run/timing.jsonl");
  const auto run = program.run("pretrain --resume run --extend-to 80");
  CHECK(run.code == 0);
  const std::string told = "run/timing.jsonl is not written: cannot write run/timing.jsonl: No space left";
  CHECK_THAT(run.err, Catch::Contains(told) && Catch::Contains("training goes on"));
  CHECK(run.err.find(told) == run.err.rfind(told));
  CHECK_THAT(program.read("run/metrics.jsonl"), Catch::Contains("\"event\":\"done\",\"step\":80"));
}

TEST_CASE("addresses are refused, all at once", "[cli]") {
  const Program program;
  const auto refused =
      program.run("pretrain --genome https://example.org/hg38.fa --set npmi.table=s3://b/t.tsv" + kTiny);
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("https://example.org/hg38.fa is an address") &&
                              Catch::Contains("s3://b/t.tsv is an address") &&
                              Catch::Contains("cmgems downloads nothing"));
  CHECK(program.run("pretrain --config http://example.org/c.json").code == 64);
  CHECK(program.run("npmi build --genome ftp://example.org/x.fa --out t.tsv").code == 64);
}

TEST_CASE("what saving costs is measured, and nothing stays behind", "[cli]") {
  const Program program;
  const auto bench = program.run("bench save --json --repeats 2" + kTiny);
  INFO(bench.err);
  REQUIRE(bench.code == 0);
  const auto result = json::parse(bench.out);
  CHECK(result["command"] == "bench save");
  CHECK(result["bytes"] > 12 * result["parameters"].get<std::int64_t>());  // weight and two moments of each
  for (const char* part : {"copy_seconds", "write_seconds", "verify_seconds", "load_seconds"}) {
    CHECK(result[part]["best"] > 0.0);
    CHECK(result[part]["best"] <= result[part]["worst"]);
  }
  CHECK(std::filesystem::is_empty(program.folder.path()));
  CHECK_THAT(program.run("bench save --repeats 1" + kTiny).out, Catch::Contains("copy (training stands still)"));
  CHECK(program.run("bench save --folder nowhere").code == 64);
}
