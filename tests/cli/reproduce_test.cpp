// cmgems reproduce: stages as commands of their own, each of which goes on where it was.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

namespace {

/// Seconds instead of minutes; the trigger acts at a fixed step.
const std::string kChain =
    "reproduce --scale smoke --out chain --strategies random,cm-gems --runs 2 --shots 4 --set synthetic.length=60000"
    " --set train.max_steps=40 --set train.eval_steps=20 --set train.warmup_steps=5 --set train.validation_windows=40"
    " --set train.windows_per_step=8 --set curriculum.min_steps=0 --set curriculum.switch_at_step=20"
    " --set model.hidden_size=32 --set model.intermediate_size=32 --set compute.threads=1 --set finetune.epochs=1 ";

}  // namespace

TEST_CASE("a reproduction compares every strategy with the first on the same rows", "[cli]") {
  const Program program;
  const auto planned = program.run(kChain + "--dry-run");
  INFO(planned.err);
  REQUIRE(planned.code == 0);
  CHECK_THAT(planned.out, Catch::Contains("to do cmgems pretrain") && Catch::Contains("minutes on this machine"));
  const auto document = json::parse(program.run(kChain + "--dry-run --json").out);
  CHECK(document["command"] == "reproduce");
  CHECK(document["stages"].size() == 4);
  CHECK_FALSE(program.has("chain"));

  const auto done = program.run(kChain + "--json");
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK_THAT(done.err, Catch::Contains("estimate: 4 of 4 stages take about"));
  const auto result = json::parse(done.out);
  CHECK(result["tasks"] == json({"synthetic-4"}));
  REQUIRE(result["rows"].size() == 5);  // two strategies, then the k-mers, the majority class and a random encoder
  CHECK(result["rows"][0]["name"] == "random");
  CHECK(result["rows"][0]["switch_step"].is_null());
  CHECK(result["rows"][1]["switch_step"] == 20);
  for (std::size_t row = 0; row < 5; ++row) {
    const auto& accuracy = result["rows"][row]["accuracy"]["synthetic-4"];
    CHECK(accuracy["runs"].size() == 2);
    CHECK(accuracy.contains("difference") == (row > 0));
  }
  CHECK(result["rows"][3]["accuracy"]["synthetic-4"]["mean"] == 0.5);  // two classes of one size

  const auto model = program.read("chain/pretrain/cm-gems/model/model.safetensors");
  const auto again = program.run(kChain);
  CHECK(again.code == 0);
  CHECK_THAT(again.err, Catch::Contains("stage 4/4: few-shot synthetic-4 of cm-gems is done"));
  CHECK_THAT(again.out, Catch::Contains("against random") && Catch::Contains("95% interval"));
  CHECK(program.read("chain/pretrain/cm-gems/model/model.safetensors") == model);
  CHECK_THAT(again.err, !Catch::Contains("estimate:"));
  CHECK(program.run(kChain + "--set train.seed=7").code == 64);
  const auto unknown = program.run("reproduce --scale smoke --strategies random,cm-gem");
  CHECK(unknown.code == 64);
  CHECK_THAT(unknown.err, Catch::Contains("cm-gems"));
  CHECK_FALSE(program.has("runs"));
  CHECK(program.run("reproduce --scale smoke --strategies random,random").code == 64);
  CHECK(program.run("reproduce --scale smoke --shots 10,10").code == 64);
}

TEST_CASE("a reproduction takes the table from its genome, every strategy that is known, and release of each",
          "[cli]") {
  const Program program;
  program.write("g.fa", ">c\nACGTTGCAGGATTACA\n");
  const auto planned = [&](const std::string& more) {
    const auto run = program.run(
        "reproduce --scale smoke --out chain --set model.hidden_size=32 --set "
        "model.intermediate_size=32 --set compute.threads=1 --shots 4 --dry-run --json " +
        more);
    INFO(run.err);
    REQUIRE(run.code == 0);
    return json::parse(run.out)["stages"];
  };
  const auto has = [](const json& stage, const std::string& word) {
    const auto words = stage["arguments"].get<std::vector<std::string>>();
    return std::count(words.begin(), words.end(), word) == 1;
  };
  const auto counted = planned("--strategies random,hard-to-easy --variant both --genome g.fa");
  REQUIRE(counted.size() == 8);
  CHECK(counted[1]["title"] == "pretrain random-release");
  CHECK(has(counted[2], "masking.strategy=hard-to-easy"));
  CHECK(has(counted[0], "npmi.table=from-genome"));
  const auto own = planned("--strategies random --variant release --genome g.fa --set npmi.table=auto");
  REQUIRE(own.size() == 2);
  CHECK(own[0]["title"] == "pretrain random-release");
  CHECK_FALSE(has(own[0], "npmi.table=from-genome"));
  CHECK_THAT(program.run("reproduce --help").out, Catch::Contains("hard-to-easy"));
}

TEST_CASE("a reproduction evaluates GUE where its sets are", "[cli]") {
  const Program program;
  const auto table = [](int rows, int shift) {
    std::string text = "sequence,label\n";
    for (int row = 0; row < rows; ++row) {
      for (int i = 0; i < 40; ++i) text += (row % 2 == 1 ? "GCGA" : "ATTC")[(i * (row + shift) + i / 7) % 4];
      text += row % 2 == 1 ? ",1\n" : ",0\n";
    }
    return text;
  };
  program.write("d/GUE/tf/4/train.csv", table(40, 1));
  program.write("d/GUE/tf/4/dev.csv", table(12, 3));
  program.write("d/GUE/tf/4/test.csv", table(14, 5));
  CHECK(json::parse(program.run(kChain + "--data d --no-gue --dry-run --json").out)["stages"].size() == 4);
  const auto done = program.run(kChain + "--data d --json");
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK_THAT(done.err, Catch::Contains("estimate: 6 of 6 stages") && Catch::Contains("6/6: gue of cm-gems"));
  const auto result = json::parse(done.out);
  CHECK(result["gue"] == json({{"human", 1}, {"other", 0}}));
  REQUIRE(result["rows"].size() == 5);
  for (const auto& row : result["rows"]) CHECK(row["gue"]["human"].is_number());
  CHECK(result["rows"][3]["gue"]["human"] == 0);  // the majority class
  const auto again = program.run(kChain + "--data d");
  CHECK(again.code == 0);
  CHECK_THAT(again.out, Catch::Contains("MCC human") && Catch::Contains("cmgems compare chain/gue/random"));
  CHECK_THAT(again.err, Catch::Contains("stage 6/6: gue of cm-gems is done"));
}

TEST_CASE("a reproduction that is stopped goes on to the same result", "[cli]") {
  const Program program;
  const std::string longer = kChain + "--set train.max_steps=400 --set train.save_steps=50 --json ";
  const auto stopped = program.shell("env -u CMGEMS_DATA '" + std::string(CMGEMS_PROGRAM) + "' " + longer +
                                     "& pid=$!; for i in $(seq 600); do [ -e chain/pretrain/random/checkpoint-50 ] && "
                                     "break; sleep 0.05; done; kill -TERM $pid; wait $pid");
  INFO(stopped.err);
  CHECK(stopped.code == 75);
  CHECK_THAT(stopped.err, Catch::Contains("stopped in stage 1/4: pretrain random; the same command goes on from here"));
  const auto killed =
      program.shell("env -u CMGEMS_DATA '" + std::string(CMGEMS_PROGRAM) + "' " + longer +
                    "& pid=$!; for i in $(seq 600); do [ -e chain/pretrain/cm-gems/checkpoint-50 ] && "
                    "break; sleep 0.05; done; kill -KILL $pid; wait $pid; code=$?; sleep 0.5; exit $code");
  CHECK(killed.code != 0);
  const auto done = program.run(longer);
  INFO(done.err);
  REQUIRE(done.code == 0);
  auto whole = longer;
  whole.replace(whole.find("--out chain"), 11, "--out whole");
  auto expected = json::parse(program.run(whole).out), result = json::parse(done.out);
  expected.erase("folder");
  result.erase("folder");
  CHECK(result == expected);
}
