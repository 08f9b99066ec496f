// cmgems report: one page of several runs, and what is said when there is nothing to report.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;
using nlohmann::json;

TEST_CASE("a report of a pretraining and its fine-tuning", "[cli]") {
  const Program program;
  const auto pretrained = program.run("pretrain --out p" + kTiny);
  INFO(pretrained.err);
  REQUIRE(pretrained.code == 0);
  CHECK_THAT(pretrained.err, Catch::Contains("for a page of this run: cmgems report p --out p/report.html"));
  const auto tuned = program.run(
      "finetune --task synthetic --shots 4 --runs 2 --model p --out f --config smoke.json"
      " --set finetune.epochs=1 --set compute.threads=1");
  INFO(tuned.err);
  REQUIRE(tuned.code == 0);
  CHECK_THAT(tuned.err, Catch::Contains("for a page of this run: cmgems report f --out f/report.html"));

  const auto made = program.run("report p f --out pages/report.html --json");
  INFO(made.err);
  REQUIRE(made.code == 0);
  const auto result = json::parse(made.out);
  CHECK(result["pretrainings"] == 1);
  CHECK(result["few_shot"] == 1);
  CHECK(result["unfinished"].empty());
  const auto page = program.read("pages/report.html");
  CHECK_THAT(page, Catch::Contains("pretrained: cm-gems") && Catch::Contains("k-mer logistic regression") &&
                       Catch::Contains("id=\"npmi\""));
  REQUIRE(program.run("report p f --out pages/again.html").code == 0);
  CHECK(program.read("pages/again.html") == page);  // nothing in it depends on the clock
  REQUIRE(program.run("report p f --out report.md").code == 0);
  CHECK(program.read("report.md").starts_with("# cmgems: 1 pretraining, 1 few-shot evaluation"));
  REQUIRE(program.run("report p f --out report.csv").code == 0);
  CHECK(program.read("report.csv").starts_with("section,table,row,column,value\r\n"));
  // a report in a run folder is a file of that run
  REQUIRE(program.run("report p --out p/report.html").code == 0);
  CHECK(program.run("pretrain --overwrite --out p" + kTiny).code == 0);
  CHECK_FALSE(program.has("p/report.html"));
}

TEST_CASE("a report of nothing is refused", "[cli]") {
  const Program program;
  program.write("empty/file", "");
  CHECK(program.run("report none --out r.html").code == 66);
  CHECK(program.run("report empty --out r.html").code == 66);
  CHECK(program.run("report empty").code == 64);
  CHECK(program.run("report empty --out empty").code == 64);
  CHECK(program.run("report empty --out r.html --format pdf").code == 64);
  program.write("run/run.json", R"({"command": "pretrain", "finished": true})");
  program.write("run/metrics.jsonl", "{\"event\":\"ev");
  const auto damaged = program.run("report run --out r.html");
  CHECK(damaged.code == 65);
  CHECK_THAT(damaged.err, Catch::Contains("metrics.jsonl line 1 is not JSON"));
  CHECK_FALSE(program.has("r.html"));
}
