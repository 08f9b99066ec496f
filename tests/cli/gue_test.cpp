// cmgems eval-gue on hand-made sets.
#include <nlohmann/json.hpp>

#include "program.h"
#include "support/catch.h"

using namespace cmgems;
using nlohmann::json;

namespace {

/// Without --sets.
const std::string kSmall =
    " --model random --data d --set data.k=3 --set model.preset=logo"
    " --set model.hidden_size=16 --set model.intermediate_size=16 --set model.num_attention_heads=2"
    " --set gue.learning_rate=0.003 --set compute.threads=1 --device cpu ";
const std::string kTwo = "--sets prom_core_tata,tf/4 ";

/// `rows` of 40 bases; label 1 holds more G and C.
std::string table(int rows, int shift) {
  std::string text = "sequence,label\n";
  for (int row = 0; row < rows; ++row) {
    const int label = row % 2;
    for (int i = 0; i < 40; ++i) text += (label == 1 ? "GCGA" : "ATTC")[(i * (row + shift) + i / 7) % 4];
    text += "," + std::to_string(label) + "\n";
  }
  return text;
}

void write_set(const test::Program& program, const std::string& path) {
  program.write("d/gue/GUE/" + path + "/train.csv", table(40, 1));
  program.write("d/gue/GUE/" + path + "/dev.csv", table(12, 3));
  program.write("d/gue/GUE/" + path + "/test.csv", table(14, 5));
}

void write_sets(const test::Program& program) {
  write_set(program, "prom/prom_core_tata");
  write_set(program, "tf/4");
}

}  // namespace

TEST_CASE("GUE sets that are there are trained on and scored beside baselines", "[cli]") {
  const test::Program program;
  write_sets(program);
  const auto outcome =
      program.run("eval-gue" + kSmall + "--sets prom,tf --seeds 1,2 --out r --json --baseline kmer,majority");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(program.read("r/results.json") == outcome.out);
  const auto result = json::parse(outcome.out);
  CHECK(result["command"] == "eval-gue");
  CHECK(result["seeds"] == json::array({1, 2}));
  CHECK(result["absent"].size() == 9);  // of 6 promoter and 5 transcription factor sets
  REQUIRE(result["sets"].size() == 2);
  const auto& set = result["sets"][0];
  CHECK(set["set"] == "prom/prom_core_tata");
  CHECK(set["species"] == "human");
  CHECK(set["steps"] == 20);  // two batches of up to 32 rows, ten times
  CHECK(set["rows"] == json({{"train", 40}, {"dev", 12}, {"test", 14}}));
  REQUIRE(set["methods"].size() == 3);
  CHECK(set["methods"][0]["kind"] == "model");
  CHECK(set["methods"][0]["runs"].size() == 2);
  CHECK(set["methods"][0]["runs"][1]["seed"] == 2);
  CHECK(set["methods"][0]["runs"][0]["confusion"].size() == 2);
  CHECK(set["methods"][1]["kind"] == "kmer");
  CHECK_THAT(set["methods"][1]["name"].get<std::string>(), Catch::StartsWith("k-mer logistic regression (k="));
  CHECK(set["methods"][2]["mean"]["accuracy"] == 0.5);
  CHECK(result["means"]["human"]["sets"] == 2);
  CHECK(result["means"]["human"]["of"] == 12);
  CHECK(result["means"]["other"]["mcc"]["model"].is_null());
  CHECK(outcome.out.find("seconds") == std::string::npos);
  CHECK_THAT(program.read("r/timing.jsonl"), Catch::Contains("\"seconds\""));
  CHECK(json::parse(program.read("r/run.json"))["finished"] == true);
  const auto compared = program.run("compare r --baselines --json");
  INFO(compared.err);
  REQUIRE(compared.code == 0);
  const auto rows = json::parse(compared.out)["tasks"][0]["rows"];
  REQUIRE(rows.size() == 3);
  CHECK_THAT(rows[1]["name"].get<std::string>(), Catch::StartsWith("k-mer logistic regression"));
  CHECK(rows[1]["pairs"] == 2);  // one score beside both seeds
}

TEST_CASE("an evaluation that goes on set by set gives the bytes of one that was never stopped", "[cli]") {
  const test::Program whole, parts;
  write_sets(whole);
  write_sets(parts);
  REQUIRE(whole.run("eval-gue" + kSmall + kTwo + "--out r").code == 0);
  const auto stopped = parts.run("eval-gue" + kSmall + kTwo + "--out r --max-minutes 0.0001");
  CHECK(stopped.code == 75);
  CHECK_THAT(stopped.err, Catch::Contains("continue with: cmgems eval-gue --resume r"));
  CHECK_FALSE(parts.has("r/results.json"));
  const auto first = parts.run("eval-gue --resume r --sets tf/4");
  INFO(first.err);
  REQUIRE(first.code == 0);
  CHECK(json::parse(parts.read("r/results.json"))["sets"].size() == 1);
  const auto second = parts.run("eval-gue --resume r --sets tf/4,prom_core_tata");
  REQUIRE(second.code == 0);
  CHECK(parts.read("r/results.json") == whole.read("r/results.json"));
  CHECK_THAT(second.out, Catch::Contains("prom/prom_core_tata") && Catch::Contains("mean of 2 of 12 human sets"));
  CHECK_FALSE(parts.has("r/sets/tf-4-model-seed42/checkpoint-6"));
}

TEST_CASE("an evaluation does not go on with other settings", "[cli]") {
  const test::Program program;
  write_sets(program);
  REQUIRE(program.run("eval-gue" + kSmall + "--sets tf/4 --out r").code == 0);
  const auto other = program.run("eval-gue --resume r --set gue.learning_rate=0.001");
  CHECK(other.code == 64);
  CHECK_THAT(other.err, Catch::Contains("gue.learning_rate was 0.003, is 0.001"));
  CHECK(program.run("eval-gue --resume r").code == 0);             // what was refused changed nothing
  CHECK(program.run("eval-gue" + kSmall + "--out r").code == 64);  // not empty
  CHECK(program.run("eval-gue --resume d").code == 66);
  program.write("r/sets/tf-4-majority/result.json", "{\"fingerprint\":");
  const auto damaged = program.run("eval-gue --resume r");
  CHECK(damaged.code == 65);
  CHECK_THAT(damaged.err, Catch::Contains("tf-4-majority/result.json is damaged"));
}

TEST_CASE("a dry run of GUE reads the sets and writes nothing", "[cli]") {
  const test::Program program;
  write_sets(program);
  const auto outcome = program.run("eval-gue" + kSmall + kTwo + "--dry-run");
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, Catch::Contains("prom/prom_core_tata"));
  CHECK_THAT(outcome.out, Catch::Contains("- tf/4: train has 40 rows, 19000 were published"));
  CHECK_FALSE(program.has("runs"));
  CHECK(program.run("eval-gue" + kSmall + kTwo + "--dry-run --baseline random-init").code == 0);
  CHECK(program.run("eval-gue" + kSmall + kTwo + "--dry-run --baseline random-init,random-encoder").code == 64);
}

TEST_CASE("GUE inputs that are missing or damaged are told", "[cli]") {
  const test::Program program;
  const auto none = program.run("eval-gue" + kSmall + kTwo);
  CHECK(none.code == 66);
  CHECK_THAT(none.err, Catch::Contains("prom/prom_core_tata/{train,dev,test}.csv"));
  const auto unknown = program.run("eval-gue --model random --sets prom_core_tatta");
  CHECK(unknown.code == 64);
  CHECK_THAT(unknown.err, Catch::Contains("did you mean prom_core_tata?"));
  write_sets(program);
  program.write("d/gue/GUE/tf/4/dev.csv", "sequence,label\nACGTACGT,0\nACGTACGT,x\n");
  const auto damaged = program.run("eval-gue" + kSmall + kTwo + "--out r");
  CHECK(damaged.code == 65);
  CHECK_THAT(damaged.err, Catch::Contains("dev.csv line 3: label 'x'"));
  CHECK_FALSE(program.has("r"));
  std::filesystem::remove(program.folder.path() / "d/gue/GUE/tf/4/dev.csv");
  const auto partly = program.run("eval-gue" + kSmall + kTwo + "--dry-run --json");
  CHECK(partly.code == 0);
  CHECK(json::parse(partly.out)["absent"] == json::array({"tf/4"}));
  CHECK(program.run("eval-gue" + kSmall + "--set gue.baseline=kmers").code == 64);
  CHECK(program.run("eval-gue" + kSmall + "--seeds 1,1").code == 64);
}

TEST_CASE("eval-gue runs as typed on the newest model and the named data folder", "[cli]") {
  const test::Program program;
  write_set(program, "prom/prom_core_tata");
  REQUIRE(program.run("pretrain" + test::kTiny + "--out runs/first").code == 0);
  const auto outcome = program.run("eval-gue", "CMGEMS_DATA=d");
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.err, Catch::Contains("runs/first/model (default"));
  CHECK_THAT(outcome.out, Catch::Contains("not there: prom/prom_300_all"));
  CHECK_THAT(program.run("doctor", "CMGEMS_DATA=d").out, Catch::Contains("1 of 28 sets: prom/prom_core_tata"));
  const auto inside = program.run("eval-gue --out runs/first --overwrite", "CMGEMS_DATA=d");
  CHECK(inside.code == 64);
  CHECK(program.has("runs/first/model/config.json"));
}
