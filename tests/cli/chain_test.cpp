// From the built-in genome to a scored classifier, and the same again from the stored configuration.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;
using nlohmann::json;

namespace {

std::vector<json> lines(const std::string& text) {
  std::vector<json> events;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) events.push_back(json::parse(line));
  return events;
}

int count(const std::vector<json>& events, const std::string& name) {
  return static_cast<int>(
      std::count_if(events.begin(), events.end(), [&](const json& event) { return event["event"] == name; }));
}

}  // namespace

TEST_CASE("a run is complete and its configuration repeats it", "[cli]") {
  const Program program;
  const auto first = program.run("pretrain --json --out one" + kTiny);
  INFO(first.err);
  REQUIRE(first.code == 0);
  const auto result = json::parse(first.out);
  CHECK(result["steps"] == 60);
  CHECK(result["curve"].back()["step"] == 60);
  for (const std::string name : {"config.json", "run.json", "metrics.jsonl", "timing.jsonl", "npmi.tsv", "LOCK",
                                 "model/config.json", "model/model.safetensors", "model/vocab.txt"}) {
    INFO(name);
    CHECK(program.has("one/" + name));
  }

  const auto events = lines(program.read("one/metrics.jsonl"));
  CHECK(count(events, "train") >= 2);
  CHECK(count(events, "eval") >= 3);
  CHECK(events.back()["event"] == "done");
  CHECK_THAT(program.read("one/metrics.jsonl"), !Catch::Contains("second"));

  const auto config = json::parse(program.read("one/config.json"));
  CHECK(config["compute"]["device"] != "auto");
  CHECK(config["train"]["eval_steps"] == 20);
  CHECK(config["npmi"]["table"] == "from-genome");
  const auto record = json::parse(program.read("one/run.json"));
  CHECK(record["finished"] == true);
  CHECK(record["hashes"]["genome"].get<std::string>().size() == 64);
  CHECK(record["hashes"]["npmi"].get<std::string>().size() == 64);
  CHECK(record["command_line"].size() > 3);
  CHECK(record["parameters"] == result["parameters"]);
  const auto versions = program.run("--version").out;
  CHECK_THAT(versions, Catch::Contains("\nCUDA: " + record["versions"]["cuda"].get<std::string>() + "\n"));

  REQUIRE(program.run("pretrain --quiet --out two --config one/config.json").code == 0);
  CHECK(program.read("two/metrics.jsonl") == program.read("one/metrics.jsonl"));
  CHECK(program.read("two/config.json") == program.read("one/config.json"));
  CHECK(program.read("two/model/model.safetensors") == program.read("one/model/model.safetensors"));
}

TEST_CASE("random masks are measured by the table, too", "[cli]") {
  const Program program;
  for (const std::string k : {"4", "6"}) {  // counted, built in
    const auto run = program.run("pretrain --json --set masking.strategy=random --out run" + k + kTiny +
                                 "--set npmi.table=auto --set data.k=" + k);
    INFO(run.err);
    REQUIRE(run.code == 0);
    CHECK(program.has("run" + k + "/npmi.tsv"));
    const auto result = json::parse(run.out);
    CHECK(result["switch_step"].is_null());
    const auto masks = result["masks"][0];
    CHECK(masks["masker"] == "random");
    CHECK(masks["all_npmi"].get<double>() < 0);
    CHECK(masks["masked_npmi"].get<double>() == Approx(masks["all_npmi"].get<double>()).margin(0.1));
  }
}

TEST_CASE("a run without a switch says so", "[cli]") {
  const Program program;
  const auto run = program.run("pretrain --out run" + kTiny);
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, Catch::Contains("never; the last drops of the perplexity were"));
  CHECK_THAT(run.out,
             Catch::Contains("absolute rule       a drop under 1.0 from step 59 on would not have switched\n"));
}

TEST_CASE("the absolute threshold is told under the run's own patience and first step", "[cli]") {
  const Program program;
  const auto switch_of = [&](const std::string& options) {
    // nothing is learnt: every drop is 0, under the absolute threshold and over the run's own
    const auto run = program.run("pretrain --json --quiet --overwrite --out run" + kTiny +
                                 "--set train.max_steps=80 --set train.learning_rate=1e-12"
                                 " --set curriculum.threshold=-0.5 --set curriculum." +
                                 options);
    INFO(run.err);
    REQUIRE(run.code == 0);
    const auto result = json::parse(run.out);
    CHECK(result["switch_step"].is_null());
    return result["absolute_rule"]["switch_step"];
  };
  CHECK(switch_of("min_steps=0") == 40);
  CHECK(switch_of("min_steps=0 --set curriculum.patience=2") == 60);
  CHECK(switch_of("min_steps=79").is_null());
}

TEST_CASE("a curve of mixed masks says nothing about the absolute threshold", "[cli]") {
  const Program program;
  const std::string start = "pretrain --json --quiet --overwrite --out run --set curriculum.easy=genemask" + kTiny;
  const auto told = [&](const std::string& strategy) {
    const auto run = program.run(start + "--set masking.strategy=" + strategy);
    INFO(run.err);
    REQUIRE(run.code == 0);
    return json::parse(run.out).contains("absolute_rule");
  };
  CHECK(told("genemask"));
  CHECK_FALSE(told("cm-step"));
}

TEST_CASE("a fixed switch is an event", "[cli]") {
  const Program program;
  const auto run = program.run("pretrain --json --out run --set curriculum.switch_at_step=30" + kTiny);
  REQUIRE(run.code == 0);
  const auto result = json::parse(run.out);
  CHECK(result["switch_step"] == 30);
  CHECK(result["masks"][0]["masker"] == "genemask");
  CHECK(result["masks"][1]["masker"] == "global");
  CHECK(result["masks"][1]["masked_share"].is_number());
  const auto events = lines(program.read("run/metrics.jsonl"));
  CHECK(count(events, "switch") == 1);
  for (const auto& event : events) {
    if (event["event"] != "train") continue;
    CHECK(event["masks"].size() == 1);
    CHECK(event["masks"][0]["masker"] == (event["step"] <= 30 ? "genemask" : "global"));
  }
}

TEST_CASE("fine-tuning takes the newest pretraining and prints the baselines of the same rows", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet" + kTiny).code == 0);  // default folder: runs/pretrain-...
  const auto run = program.run(
      "finetune --task synthetic --shots 5 --runs 2 --set finetune.epochs=1 --set compute.threads=1 --out tuned");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.err, Catch::Contains("default: the newest finished pretraining under runs/"));
  CHECK_THAT(run.out, Catch::Contains("fine-tuned runs/pretrain-"));
  CHECK_THAT(run.out, Catch::Contains("k-mer logistic regression (3-mers)") && Catch::Contains("majority class"));
  CHECK_THAT(run.out, Catch::Contains("0.500 ± 0.000"));  // the built-in test set is balanced
  CHECK(program.has("tuned/model/config.json"));
  const auto results = json::parse(program.read("tuned/results.json"));
  REQUIRE(results["methods"].size() == 3);
  CHECK(results["methods"][0]["runs"].size() == 2);
  CHECK(results["methods"][0]["runs"][1]["seed"] == 2);
  CHECK(results["shots"] == 5);
  const auto page = cmgems::test::content(cmgems::test::source_folder() / "docs" / "run-folder.md");
  const auto documented = [&](const json& object) {
    for (const auto& item : object.items()) CHECK_THAT(page, Catch::Contains("`" + item.key() + "`"));
  };
  documented(results);
  documented(results["methods"][0]);
  documented(results["methods"][0]["runs"][0]);
  documented(json::parse(program.read("tuned/run.json")));

  // a classifier is no pretraining: it is not taken as the newest model
  REQUIRE(program.run("finetune --task synthetic --shots 2 --runs 1 --set compute.threads=1 --quiet").code == 0);
  const auto again = program.run("finetune --task synthetic --shots 2 --runs 1 --set compute.threads=1 --json");
  REQUIRE(again.code == 0);
  CHECK_THAT(json::parse(again.out)["model"].get<std::string>(), Catch::StartsWith("runs/pretrain-"));
}

TEST_CASE("own data: every row, one run, and overlap is reported", "[cli]") {
  const Program program;
  std::string rows = "sequence,label\n";
  for (int i = 0; i < 12; ++i) rows += std::string(i + 1, 'A') + (i % 2 == 0 ? "CCGCCGCCGG,1\n" : "TTATTATTAA,0\n");
  program.write("train.csv", rows);
  program.write("test.csv", rows);
  const auto run = program.run(
      "finetune --train train.csv --test test.csv --model random --config smoke.json --out own "
      "--set model.hidden_size=32 --set model.intermediate_size=32 --set finetune.epochs=1 "
      "--set compute.threads=1");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, Catch::Contains("fine-tuned random encoder") && Catch::Contains("all"));
  CHECK_THAT(run.out, Catch::Contains("12 of 12 test sequences also occur in the training rows"));
  CHECK(json::parse(program.read("own/results.json"))["methods"][0]["runs"].size() == 1);
}
