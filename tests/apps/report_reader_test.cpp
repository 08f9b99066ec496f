// What a report reads: run folders made by hand, whole and damaged.
#include <cmath>

#include "cmgems/base/error.h"
#include "report/runs.h"
#include "report_runs.h"
#include "support/thrown.h"

using namespace cmgems::apps::report;
using cmgems::DataError;
using cmgems::InputNotFound;
using cmgems::test::message_of;
using cmgems::test::TemporaryFolder;

namespace {

std::string problem(const TemporaryFolder& folder, const std::string& name) {
  return message_of<DataError>([&] { read_runs({folder.path() / name}); });
}

}  // namespace

TEST_CASE("a pretraining is read with its switch and guards", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_pretraining(folder, "a");
  folder.write("a/timing.jsonl",
               R"({"event":"done","step":150,"seconds":2,"tokens_per_second":1500.5,"peak_memory_bytes":1})"
               "\n"
               R"({"event":"save_failed","step":100,"reason":"no room"})"
               "\n");
  const auto runs = read_runs({folder.path() / "a"});
  REQUIRE(runs.pretrainings.size() == 1);
  const auto& run = runs.pretrainings[0];
  CHECK(run.record.name == "cm-gems");
  CHECK(run.record.setting("train.max_steps") == "150");
  CHECK(run.record.number("train.learning_rate") == 0.001);
  CHECK(run.record.setting("no.such").empty());
  REQUIRE(run.metrics);
  CHECK(run.metrics->training.size() == 3);
  CHECK(run.metrics->training[2].masks[0].masker == "global");
  CHECK(run.metrics->measurements.back().perplexity == 71.25);
  CHECK(run.metrics->switches[0].step == 100);
  CHECK(run.metrics->skipped_steps == 1);
  CHECK(run.tokens_per_second == 1500.5);
  REQUIRE(run.events.size() == 1);
  CHECK(run.events[0].text == "a checkpoint was not saved: no room");
}

TEST_CASE("the rate of an unfinished run is that of its training", "[report]") {
  const TemporaryFolder folder;
  const auto rate = [](const std::string& event, const std::string& value) {
    return R"({"event":")" + event + R"(","step":1,"seconds":2,"tokens_per_second":)" + value + "}\n";
  };
  const auto read = [&](const std::string& timing) {
    cmgems::test::write_pretraining(folder, "a");
    folder.write("a/timing.jsonl", timing);
    return read_runs({folder.path() / "a"}).pretrainings.at(0);
  };
  CHECK(read(rate("train", "100") + rate("train", "300") + rate("eval", "900")).tokens_per_second == 200);
  CHECK(read(rate("done", "150") + rate("train", "100") + rate("eval", "900")).tokens_per_second == 150);
  CHECK(std::isnan(read(rate("eval", "900")).tokens_per_second));
  const auto damaged = read(rate("train", "100") + "{\"eve\n[1]\n" + R"({"event":"save_failed","step":3})" + "\n" +
                            R"({"event":"save_failed","step":4,"reason":"full"})" + "\n" + rate("train", "x"));
  CHECK(damaged.damaged_timing == 4);
  CHECK(damaged.tokens_per_second == 100);
  CHECK(damaged.failed_saves == 1);
  CHECK(damaged.events.size() == 1);
}

TEST_CASE("every run has a name of its own", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_pretraining(folder, "chain/pretrain/cm-gems");
  cmgems::test::write_few_shot(folder, "chain/finetune/prom-core-10/cm-gems", cmgems::test::few_shot_text("random"));
  const auto runs = read_runs({folder.path() / "chain"});
  CHECK(runs.pretrainings[0].record.name == "cm-gems");
  CHECK(runs.few_shot[0].record.name == "prom-core-10/cm-gems");
}

TEST_CASE("the command lines of all sessions are read", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_pretraining(folder, "a");
  auto record = cmgems::test::record_text("pretrain");
  CHECK(read_runs({folder.path() / "a"}).pretrainings[0].record.earlier_command_lines.empty());
  const auto with = [&](const std::string& lines) {
    folder.write("a/run.json", R"({"earlier_command_lines": )" + lines + ", " + record.substr(1));
  };
  with(R"([["cmgems", "pretrain", "--out", "a"]])");
  const auto lines = read_runs({folder.path() / "a"}).pretrainings[0].record.earlier_command_lines;
  CHECK(lines == std::vector<std::vector<std::string>>{{"cmgems", "pretrain", "--out", "a"}});
  with("[3]");
  CHECK_THAT(problem(folder, "a"), Catch::Contains("run.json, earlier_command_lines: expected a list"));
}

TEST_CASE("results of few shots are read in the older and the newer form", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_few_shot(folder, "old", cmgems::test::few_shot_text("random"));
  auto newer =
      cmgems::test::few_shot_text("random", "[]", R"(, "confusion": [[3, 1], [0, 4]], "balanced_accuracy": 0.875)");
  newer.replace(newer.find("{\"name\""), 7, R"({"kind": "other", "name")");
  cmgems::test::write_few_shot(folder, "new", R"({"command": "finetune", "results": [)" + newer + "," + newer + "]}");
  const auto runs = read_runs({folder.path() / "old", folder.path() / "new"});
  REQUIRE(runs.few_shot.size() == 2);
  const auto& old = runs.few_shot[0].evaluations.at(0);
  CHECK(old.title() == "prom-core-10");
  CHECK(old.methods[0].kind == Kind::model);
  CHECK(old.methods[1].kind == Kind::kmer);
  CHECK(old.methods[2].kind == Kind::majority);
  CHECK(old.methods[0].values("accuracy") == std::vector<double>{0.6, 0.7});
  CHECK(std::isnan(old.methods[0].runs[0].value("auc")));
  REQUIRE(runs.few_shot[1].evaluations.size() == 2);
  const auto& method = runs.few_shot[1].evaluations[1].methods[0];
  CHECK(method.kind == Kind::other);
  CHECK(method.runs[0].confusion == Confusion{{3, 1}, {0, 4}});
  CHECK(method.runs[0].value("balanced_accuracy") == 0.875);
}

TEST_CASE("options beside the published protocol are part of the plan", "[report]") {
  const TemporaryFolder folder;
  auto text = cmgems::test::few_shot_text("random");
  text.insert(text.find("\"methods\""),
              R"("options": {"pooling": "mean", "freeze": "none", "class_weights": "balanced", "early_stopping": 3,
              "learning_rates": [0.001, 0.01], "held_out": 0.2}, )");
  cmgems::test::write_few_shot(folder, "f", text);
  const auto plan = read_runs({folder.path() / "f"}).few_shot.at(0).evaluations.at(0).plan;
  CHECK(std::vector(plan.begin() + 3, plan.end()) ==
        std::vector<std::pair<std::string, std::string>>{{"pooling", "mean"},
                                                         {"class weights", "balanced"},
                                                         {"early stopping", "3"},
                                                         {"learning rates", "0.001 or 0.01"},
                                                         {"held out", "0.2"}});
}

TEST_CASE("results of GUE are read", "[report]") {
  const TemporaryFolder folder;
  folder.write("g/run.json", cmgems::test::record_text("eval-gue"));
  folder.write("g/results.json",
               R"({"command": "eval-gue", "run": "g", "model": "m", "seeds": [42],
               "options": {"pooling": "cls", "learning_rate": 3e-5, "batch_size": 32}, "sets": [{"set": "tf/4",
               "name": "tf/4", "group": "tf", "species": "human", "metric": "mcc", "classes": 2,
               "rows": {"train": 19000, "dev": 1000, "test": 1000}, "steps": 1782, "max_tokens": 110, "notes": ["n"],
               "methods": [)" +
                   cmgems::test::method_text("fine-tuned m", "0.6", "0.7") + R"(]}], "absent": ["EMP/H3", "tf/0"]})");
  const auto runs = read_runs({folder.path() / "g"});
  REQUIRE(runs.gue.size() == 1);
  CHECK(runs.gue[0].absent == std::vector<std::string>{"sets that were not there: EMP/H3, tf/0"});
  const auto& set = runs.gue[0].evaluations.at(0);
  CHECK(set.title() == "tf/4");
  CHECK(set.test_rows == 1000);
  CHECK(set.notes.size() == 1);
  CHECK(set.plan ==
        std::vector<std::pair<std::string, std::string>>{
            {"steps", "1,782"}, {"tokens at most", "110"}, {"learning rate", "3e-05"}, {"batch size", "32"}});
}

TEST_CASE("runs are found below a folder and counted once", "[report]") {
  const TemporaryFolder folder;
  folder.write("chain/reproduce.json", R"({"scale": "smoke", "strategies": ["random", "genemask"]})");
  for (const std::string strategy : {"genemask", "random"}) {
    cmgems::test::write_pretraining(folder, "chain/pretrain/" + strategy);
    folder.write("chain/pretrain/" + strategy + "/config.json", R"({"masking": {"strategy": ")" + strategy + "\"}}");
    cmgems::test::write_few_shot(folder, "chain/finetune/prom-core-10/" + strategy,
                                 cmgems::test::few_shot_text("random"));
  }
  folder.write("chain/pretrain/random/checkpoint-150/run.json", "{}");  // within a run nothing is looked for
  const auto chain = folder.path() / "chain";
  const auto runs =
      read_runs({chain, chain / "pretrain" / "random", chain / "pretrain" / ".." / "pretrain" / "random"});
  REQUIRE(runs.pretrainings.size() == 2);
  CHECK(runs.pretrainings[0].record.name == "random");  // the order of the reproduction
  CHECK(runs.pretrainings[1].record.name == "genemask");
  CHECK(runs.few_shot.size() == 2);
  folder.write("chain/run.json", cmgems::test::record_text("sweep"));  // of the command that started them
  folder.write("chain/config.json", "{}");
  CHECK(read_runs({chain}).pretrainings.size() == 2);
  // the same strategy twice: names are those of the folders
  cmgems::test::write_pretraining(folder, "x/run");
  cmgems::test::write_pretraining(folder, "y/run");
  const auto twins = read_runs({folder.path() / "x" / "run", folder.path() / "y" / "run"});
  CHECK(twins.pretrainings[0].record.name == "x/run");
  CHECK(twins.pretrainings[1].record.name == "y/run");
}

TEST_CASE("no run is an error that says what is one", "[report]") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.json", "{}");
  std::filesystem::create_directory(folder.path() / "empty");
  const auto message = [&](const std::filesystem::path& path) {
    return message_of<InputNotFound>([&] { read_runs({path}); });
  };
  CHECK_THAT(message(folder.path() / "none"), Catch::Contains("no such run folder"));
  CHECK_THAT(message(file), Catch::Contains("is a file: name the folder"));
  CHECK_THAT(message(folder.path() / "empty"), Catch::Contains("expected the folder of a run (with run.json)"));
  folder.write("bench/run.json", cmgems::test::record_text("bench"));
  CHECK_THAT(problem(folder, "bench"), Catch::Contains("\"bench\" is not known"));
}

TEST_CASE("a damaged log is an error with its line", "[report]") {
  const TemporaryFolder folder;
  const auto whole = cmgems::test::metrics_text();
  const auto read = [&](const std::string& metrics) {
    cmgems::test::write_pretraining(folder, "a", metrics);
    return problem(folder, "a");
  };
  CHECK(read(whole).empty());
  CHECK_THAT(read("{}\n"), Catch::Contains("metrics.jsonl line 1: the key \"event\" is missing"));
  CHECK_THAT(read("[1]\n"), Catch::Contains("line 1: expected an object"));
  const auto second = whole.find("\"event\":\"eval\"");
  CHECK_THAT(read(whole.substr(0, second) + "x" + whole.substr(second)),
             Catch::Contains("line 2 is not JSON: the file was damaged"));
  CHECK_THAT(read(whole.substr(0, whole.size() - 20)), Catch::Contains("line 9 is not JSON: the file was cut off"));
  CHECK_THAT(read(whole.substr(0, whole.size() - cmgems::test::kDoneLine.size())),
             Catch::Contains("line 8 is the last one and no \"done\" event"));
  CHECK_THAT(read(R"({"event":"eval","step":"5","loss":1,"perplexity":2,"masker":"m"})"
                  "\n"),
             Catch::Contains("line 1: expected a whole number as \"step\""));
}

TEST_CASE("the log of an unfinished run may end anywhere", "[report]") {
  const TemporaryFolder folder;
  const auto whole = cmgems::test::metrics_text();
  cmgems::test::write_pretraining(folder, "a", whole.substr(0, whole.size() - 20), false);
  const auto runs = read_runs({folder.path() / "a"});
  CHECK_FALSE(runs.pretrainings[0].record.finished);
  CHECK(runs.pretrainings[0].metrics->cut);
  CHECK(runs.pretrainings[0].metrics->measurements.size() == 3);
  cmgems::test::write_pretraining(folder, "a", "x\n", false);
  CHECK_THAT(problem(folder, "a"), Catch::Contains("line 1 is not JSON"));
}

TEST_CASE("damaged results are errors with their key", "[report]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& results) {
    cmgems::test::write_few_shot(folder, "f", results);
    return problem(folder, "f");
  };
  CHECK_THAT(read("{"), Catch::Contains("results.json is not JSON"));
  CHECK_THAT(read("{}"), Catch::Contains("the key \"task\" is missing"));
  auto text = cmgems::test::few_shot_text("random");
  CHECK(read(text).empty());
  text.replace(text.find("\"seed\": 2"), 9, "\"seed\": []");
  CHECK_THAT(read(text), Catch::Contains("methods 1, runs 2: expected a whole number as \"seed\""));
  for (const std::string confusion : {"[[1, 2]]", "[[1, -2], [3, 4]]", "[1]"}) {
    CHECK_THAT(read(cmgems::test::few_shot_text("random", "[]", R"(, "confusion": )" + confusion)),
               Catch::Contains("expected a square of counts as \"confusion\""));
  }
}
