// Fine-tuning from the command line: own data, several tasks and numbers of rows, going on after a stop.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

namespace {

const std::string kSmall =
    " --model random --config smoke.json --set model.hidden_size=32 --set model.intermediate_size=32"
    " --set compute.threads=1 ";

/// `rows` rows of each class in turn, of 24 bases, mostly of the class's own two letters.
std::string table_of(const std::vector<std::pair<std::string, int>>& classes, unsigned salt) {
  const std::vector<std::string> letters{"AT", "CG", "AC", "GT", "AG"};
  std::string text = "sequence\tlabel\n";
  unsigned state = salt;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    for (int row = 0; row < classes[c].second; ++row) {
      for (int base = 0; base < 24; ++base) {
        state = state * 1664525U + 1013904223U;
        text += (state >> 28) == 0 ? 'N' : letters[c][(state >> 24) % 2];
      }
      text += "\t" + classes[c].first + "\n";
    }
  }
  return text;
}

std::string without_last_lines(const std::string& text, int lines) {
  auto end = text.size();
  for (int i = 0; i <= lines; ++i) end = text.rfind('\n', end - 1);
  return text.substr(0, end + 1);
}

json parse(const cmgems::test::Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

}  // namespace

TEST_CASE("five named classes of uneven size: scores, confusion, names in the model and in predictions", "[cli]") {
  const Program program;
  program.write("own.tsv",
                table_of({{"promoter", 60}, {"enhancer", 30}, {"silencer", 15}, {"insulator", 10}, {"exon 1", 5}}, 1));
  const auto result =
      parse(program.run("finetune --json --train own.tsv --split 0.4 --runs 2 --out own"
                        " --set finetune.class_weights=balanced --set finetune.epochs=2"
                        " --set finetune.learning_rate=3e-3" +
                        kSmall));
  const std::vector<std::string> names{"enhancer", "exon 1", "insulator", "promoter", "silencer"};
  CHECK(result["classes"] == 5);
  CHECK(result["labels"] == names);
  CHECK(result["shots"].is_null());
  CHECK(result["pool"]["rows"] == 72);
  CHECK(result["test"]["rows"] == 48);
  CHECK(result["options"]["class_weights"] == "balanced");
  CHECK(result["options"]["freeze"] == "none");
  CHECK_THAT(result["notes"][0].get<std::string>(), Catch::Contains("48 of 120 rows, the same share of each class"));
  CHECK(result["methods"][0]["kind"] == "model");
  CHECK(result["methods"][1]["kind"] == "kmer");
  CHECK(result["methods"][2]["kind"] == "majority");
  CHECK(result["methods"][2]["mean"]["balanced_accuracy"].get<double>() == Approx(0.2));
  for (const auto& method : result["methods"]) {
    REQUIRE(method["runs"].size() == 2);
    const auto confusion = method["runs"][0]["confusion"].get<std::vector<std::vector<int>>>();
    REQUIRE(confusion.size() == 5);
    CHECK(confusion[3][0] + confusion[3][1] + confusion[3][2] + confusion[3][3] + confusion[3][4] == 24);
  }
  const auto config = json::parse(program.read("own/model/config.json"));
  CHECK(config["id2label"]["1"] == "exon 1");
  CHECK(config["label2id"]["silencer"] == 4);
  const auto predicted = program.run("predict --model own own.tsv");
  INFO(predicted.err);
  REQUIRE(predicted.code == 0);
  CHECK_THAT(predicted.out, Catch::StartsWith("id\tlabel\tenhancer\texon 1\tinsulator\tpromoter\tsilencer\n"));
  const auto scores = json::parse(program.run("predict --json --model own own.tsv").out)["scores"];
  CHECK(scores["balanced_accuracy"].is_number());
}

TEST_CASE("FASTA with labels, a dev table, and the options by name", "[cli]") {
  const Program program;
  std::string fasta;
  for (int i = 0; i < 16; ++i) {
    const std::string number = std::to_string(i);
    fasta += i % 2 == 0 ? ">s" + number + " label=low\n" + std::string(12 + i, 'A') + "TTAT\n"
                        : ">s" + number + "|high\n" + std::string(12 + i, 'C') + "GGCG\n";
  }
  program.write("own.fa", fasta);
  const std::string command =
      "finetune --json --train own.fa --dev own.fa --test own.fa --set finetune.epochs=2" + kSmall;
  const auto result =
      parse(program.run(command + "--out a --set finetune.freeze=encoder --set finetune.early_stopping=1"
                                  " --set 'finetune.learning_rates=[1e-3,1e-2]'"));
  CHECK(result["labels"] == std::vector<std::string>{"high", "low"});
  CHECK(result["options"]["freeze"] == "encoder");
  CHECK(result["options"]["early_stopping"] == 1);
  CHECK(result["options"]["learning_rates"] == std::vector<double>{1e-3, 1e-2});
  CHECK(result["dev"]["rows"] == 16);
  CHECK(result["learning_rate"].is_null());
  const auto& run = result["methods"][0]["runs"][0];
  CHECK((run["learning_rate"] == 1e-3 || run["learning_rate"] == 1e-2));
  CHECK(run["best_epoch"].is_number());
  CHECK(run["dev"]["accuracy"] == run["accuracy"]);  // the same rows
  const auto layers = parse(program.run(command + "--out b --set finetune.freeze=layers"));
  CHECK(layers["options"]["trained_layers"] == 1);
}

TEST_CASE("baselines are named on the command line, random-init for random-encoder", "[cli]") {
  const Program program;
  const std::string command = "finetune --json --task synthetic --shots 2 --runs 1 --set finetune.epochs=1" + kSmall;
  const auto result = parse(program.run(command + "--baseline majority,random-init --out run"));
  REQUIRE(result["methods"].size() == 3);
  CHECK(result["methods"][1]["kind"] == "majority");
  CHECK(result["methods"][2]["kind"] == "random-encoder");
  CHECK(json::parse(program.read("run/config.json"))["finetune"]["baseline"] ==
        std::vector<std::string>{"majority", "random-encoder"});
  CHECK(program.run("finetune --resume run --baseline kmer").code == 64);
  const auto unknown = program.run(command + "--baseline random");
  CHECK(unknown.code == 64);
  CHECK_THAT(unknown.err, Catch::Contains("finetune.baseline: unknown word \"random\""));
}

TEST_CASE("several numbers of rows and tasks give one table", "[cli]") {
  const Program program;
  for (const std::string folder : {"prom-core", "splice-40"}) {
    program.write("data/fewshot/" + folder + "/10/train.tsv",
                  table_of({{"0", 10}, {"1", 10}, {"2", folder == "prom-core" ? 0 : 10}}, 3));
    program.write("data/fewshot/" + folder + "/test.tsv",
                  table_of({{"0", 20}, {"1", 20}, {"2", folder == "prom-core" ? 0 : 20}}, 4));
  }
  const std::string command = "finetune --data data --runs 2 --set finetune.epochs=1" + kSmall;
  const auto result = parse(program.run(command + "--json --task all --shots 2,4,20 --out all"));
  REQUIRE(result["results"].size() == 4);
  CHECK(result["results"][1]["task"] == "prom-core");
  CHECK(result["results"][1]["shots"] == 4);
  CHECK(result["results"][2]["task"] == "splice-40");
  CHECK(result["results"][2]["classes"] == 3);
  REQUIRE(result["left_out"].size() == 5);
  CHECK(result["left_out"][0]["name"] == "prom-300");
  CHECK_THAT(result["left_out"][0]["reason"].get<std::string>(), Catch::Contains("data/fewshot/prom-300"));
  CHECK(result["left_out"][3]["name"] == "prom-core-20");
  CHECK(json::parse(program.read("all/results.json")) == result);
  const auto page = cmgems::test::content(cmgems::test::source_folder() / "docs" / "run-folder.md");
  for (const auto& item : result.items()) CHECK_THAT(page, Catch::Contains("`" + item.key() + "`"));

  const auto text = program.run(command + "--task splice-40,prom-core --shots 2 --out two");
  REQUIRE(text.code == 0);
  CHECK_THAT(text.out, Catch::Contains("task       shots") && Catch::Contains("splice-40      2") &&
                           Catch::Contains("kmer") && Catch::Contains("balanced"));
  // each of them alone gives the same runs
  const auto alone = parse(program.run(command + "--json --task splice-40 --shots 4 --out one"));
  CHECK(alone["methods"] == result["results"][3]["methods"]);
}

TEST_CASE("a run that was killed goes on behind its finished runs and ends with the same bytes", "[cli]") {
  const Program program;
  const std::string command =
      "finetune --task synthetic --shots 2,5 --runs 3 --set finetune.epochs=2 --out run" + kSmall;
  REQUIRE(program.run(command).code == 0);
  const auto results = program.read("run/results.json");
  const auto runs = program.read("run/finished_runs.jsonl");
  CHECK(std::count(runs.begin(), runs.end(), '\n') == 6);
  CHECK_THAT(results, !Catch::Contains("\"seconds\""));
  // as a process leaves it that is killed while it writes the fifth line
  const auto left = without_last_lines(runs, 2);
  program.write("run/finished_runs.jsonl", left + runs.substr(left.size(), 40));
  std::filesystem::remove(program.folder.path() / "run" / "results.json");
  auto record = json::parse(program.read("run/run.json"));
  record["finished"] = false;
  program.write("run/run.json", record.dump());
  const auto resumed = program.run("finetune --resume run");
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK_THAT(resumed.err, Catch::Contains("4 runs are finished"));
  CHECK(program.read("run/results.json") == results);
  CHECK(program.read("run/finished_runs.jsonl") == runs);
  CHECK(json::parse(program.read("run/run.json"))["finished"] == true);
  const auto again = program.run("finetune --resume run --json");
  CHECK(again.code == 0);
  CHECK(again.out == results);

  program.write("run/run.json", record.dump());
  program.write("run/finished_runs.jsonl", "{}\n" + runs);
  const auto damaged = program.run("finetune --resume run");
  CHECK(damaged.code == 65);
  CHECK_THAT(damaged.err, Catch::Contains("run/finished_runs.jsonl line 1: not a finished run; remove the line"));
}

TEST_CASE("a signal ends a fine-tuning with code 75 and a command to continue", "[cli]") {
  const Program program;
  const std::string command = "finetune --task synthetic --shots 5 --runs 40 --set finetune.epochs=2" + kSmall;
  const auto stopped = program.shell(std::string("'") + CMGEMS_PROGRAM + "' " + command +
                                     "--out run & p=$!; until [ -s run/finished_runs.jsonl ]; do sleep 0.05; done; "
                                     "kill -TERM $p; wait $p");
  CHECK(stopped.code == 75);
  CHECK_THAT(stopped.err, Catch::Contains("stopped by SIGTERM after") &&
                              Catch::Contains("continue with: cmgems finetune --resume run"));
  CHECK_FALSE(program.has("run/results.json"));
  CHECK_THAT(program.read("run/timing.jsonl"), Catch::Contains("\"interrupt\""));
  program.shell("mkdir -p runs && mv run runs/run");
  REQUIRE(program.run("finetune --resume --quiet").code == 0);  // the newest unfinished one
  REQUIRE(program.shell("mv runs/run first").code == 0);
  REQUIRE(program.run(command + "--quiet --out runs/run").code == 0);
  CHECK(program.read("first/results.json") == program.read("runs/run/results.json"));
}

TEST_CASE("a run does not go on with other inputs", "[cli]") {
  const Program program;
  program.write("own.tsv", table_of({{"a", 6}, {"b", 6}}, 5));
  REQUIRE(
      program.run("finetune --train own.tsv --test own.tsv --quiet --set finetune.epochs=1 --out run" + kSmall).code ==
      0);
  auto record = json::parse(program.read("run/run.json"));
  CHECK(record["hashes"].contains("own.tsv train"));
  record["finished"] = false;
  program.write("run/run.json", record.dump());
  program.write("own.tsv", table_of({{"a", 6}, {"b", 7}}, 5));
  const auto refused = program.run("finetune --resume run");
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("what it read has changed since it began (own.tsv test, own.tsv train)"));
}

TEST_CASE("a task is built from positives and fine-tuned on by its name", "[cli]") {
  const Program program;
  std::string fasta;
  unsigned state = 9;
  for (int i = 0; i < 30; ++i) {
    fasta += ">s" + std::to_string(i) + "\n";
    for (int base = 0; base < 60; ++base) fasta += "ACGT"[(state = state * 1664525U + 1013904223U) >> 30];
    fasta += "\n";
  }
  program.write("p.fa", fasta);
  const auto built = parse(program.run("task build --json --positives p.fa --split grouped --out data/sil-300"));
  CHECK(built["used"] == 30);
  CHECK(built["train"]["rows"] == 54);
  CHECK(built["test"]["rows"] == 6);
  CHECK(built["origins_on_both_sides"] == 0);
  CHECK(program.has("data/sil-300/27/train.tsv"));
  CHECK(json::parse(program.read("data/sil-300/task.json")) == built);
  const auto tuned =
      parse(program.run("finetune --json --task sil-300 --data data --shots 5 --runs 1 --out run"
                        " --set finetune.epochs=1" +
                        kSmall));
  CHECK(tuned["pool"]["rows"] == 54);
  const auto again = program.run("task build --positives p.fa --out data/sil-300");
  CHECK(again.code == 64);
  CHECK_THAT(again.err, Catch::Contains("is not empty: choose another one"));
  CHECK_THAT(program.run("task build --positives p.fa --out other").out,
             Catch::Contains("30 positives used") && Catch::Contains("--split grouped keeps them together"));
  program.write("few.fa", ">a\nACGT\n");
  CHECK(program.run("task build --positives few.fa --out few").code == 65);
}
