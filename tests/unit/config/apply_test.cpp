#include "cmgems/base/error.h"
#include "cmgems/config/config.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using cmgems::config::Config;
using cmgems::test::message_of;

namespace {

std::string json_problem(const std::string& text) {
  Config config;
  return message_of<UsageError>([&] { config::apply_json(config, text, "c.json"); });
}

std::string set_problem(const std::vector<std::string>& assignments) {
  Config config;
  return message_of<UsageError>([&] { config::apply_assignments(config, assignments); });
}

}  // namespace

TEST_CASE("a document overwrites what it gives and nothing else", "[config]") {
  Config config;
  config::apply_json(config, R"({"train": {"max_steps": 1e3, "warmup_steps": 7, "learning_rate": 1},
    "inputs": {"genome": "a.fa", "model": null}, "model": {"preset": "logo", "hidden_size": 64},
    "curriculum": {"relative": true}, "compute": {"bf16": "on"}})",
                     "c.json");
  CHECK(config.train.max_steps == 1000);
  CHECK(config.train.warmup_steps == 7);
  CHECK(config.train.learning_rate == 1.0);
  CHECK(config.train.windows_per_step == 250);
  CHECK(config.inputs.genome == std::vector<std::string>{"a.fa"});
  CHECK_FALSE(config.inputs.model.has_value());
  CHECK(config.model.preset == config::Preset::logo);
  CHECK(config.model.hidden_size == 64);
  CHECK_FALSE(config.model.num_hidden_layers.has_value());
  CHECK(config.curriculum.relative);
  CHECK(config.compute.bf16 == config::Switch::on);
}

TEST_CASE("null empties an optional and a list", "[config]") {
  Config config;
  config.train.warmup_steps = 5;
  config.inputs.genome = {"a.fa", "b.fa"};
  config::apply_json(config, R"({"train": {"warmup_steps": null}, "inputs": {"genome": null}})", "c.json");
  CHECK_FALSE(config.train.warmup_steps.has_value());
  CHECK(config.inputs.genome.empty());
}

TEST_CASE("syntax errors name line and column", "[config]") {
  CHECK_THAT(json_problem("{\n  \"train\": {\"seed\": 1,}\n}"),
             Catch::Contains("c.json: line 2, column 23: unexpected"));
  CHECK_THAT(json_problem("{\"train\": "), Catch::Contains("the document ends too early"));
  CHECK_THAT(json_problem(""), Catch::Contains("line 1, column 1: the document ends too early"));
  CHECK_THAT(json_problem("{\"train\": {\"seed\": 1e999}}"), Catch::Contains("too large a number"));
  CHECK_THAT(json_problem("[1]"), Catch::Contains("expected an object { ... }, found an array"));
  CHECK_THAT(json_problem(std::string(100, '[')), Catch::Contains("nested deeper than 16 levels"));
}

TEST_CASE("a key given twice is an error", "[config]") {
  CHECK(json_problem(R"({"train": {"seed": 1, "seed": 2}})") == "c.json: train.seed is given twice");
}

TEST_CASE("unknown keys have their path and the nearest known key", "[config]") {
  CHECK(json_problem(R"({"train": {"learning_rte": 1}})") ==
        "c.json: unknown key train.learning_rte; did you mean train.learning_rate?");
  CHECK(json_problem(R"({"trian": {}})") == "c.json: unknown key trian; did you mean train?");
  CHECK(json_problem(R"({"max_steps": 5})") == "c.json: unknown key max_steps; did you mean train.max_steps?");
  CHECK_THAT(json_problem(R"({"compute": {"zzzzzzzz": 5}})"),
             Catch::Contains("unknown key compute.zzzzzzzz; known here: device, threads, micro_batch_tokens, bf16"));
}

TEST_CASE("unknown words list the known ones", "[config]") {
  const auto strategy = json_problem(R"({"masking": {"strategy": "genmask"}})");
  CHECK_THAT(strategy, Catch::StartsWith("c.json: masking.strategy: expected one of random, "));
  for (const char* known : {" genemask, ", " global, ", " pmi-voc, ", " cm-gems, ", " cm-step, ", " hard-to-easy, "}) {
    CHECK_THAT(strategy, Catch::Contains(known));
  }
  CHECK_THAT(strategy, Catch::EndsWith(", found \"genmask\"; did you mean genemask?"));
  CHECK(json_problem(R"({"model": {"preset": 3}})") == "c.json: model.preset: expected one of dnabert, logo, found 3");
}

TEST_CASE("wrong types and bounds say what was expected and found", "[config]") {
  CHECK(json_problem(R"({"train": {"learning_rate": "fast"}})") ==
        "c.json: train.learning_rate: expected a number in 1e-12..10, found \"fast\"");
  CHECK(json_problem(R"({"train": {"max_steps": 1.5}})") ==
        "c.json: train.max_steps: expected a whole number in 1..1000000000000, found 1.5");
  CHECK(json_problem(R"({"train": {"max_grad_norm": -1}})") ==
        "c.json: train.max_grad_norm: expected a number of at least 0, found -1");
  CHECK(json_problem(R"({"train": {"warmup_steps": -1}})") ==
        "c.json: train.warmup_steps: expected a whole number of at least 0 or null, found -1");
  CHECK(json_problem(R"({"train": {"seed": 18446744073709551615}})") ==
        "c.json: train.seed: expected a whole number of at least 0, found 18446744073709551615");
  CHECK(json_problem(R"({"curriculum": {"relative": "yes"}})") ==
        "c.json: curriculum.relative: expected true or false, found \"yes\"");
  CHECK(json_problem(R"({"train": []})") == "c.json: train: expected an object, found an array");
  CHECK(json_problem(R"({"inputs": {"genome": ["a", 1]}})") ==
        "c.json: inputs.genome: expected a string, an array of strings or null, found 1");
}

TEST_CASE("all problems are listed and nothing is applied", "[config]") {
  Config config;
  const auto message = message_of<UsageError>(
      [&] { config::apply_json(config, R"({"train": {"max_steps": 5, "seed": -1}, "data": {"kk": 1}})", "c.json"); });
  CHECK(message ==
        "c.json: 2 problems\n  train.seed: expected a whole number of at least 0, found -1\n  unknown key data.kk; did "
        "you mean data.k?");
  CHECK(config.train.max_steps == 10000);
}

TEST_CASE("assignments take JSON values and bare words", "[config]") {
  Config config;
  config::apply_assignments(config, {"train.max_steps=20", "masking.strategy=global", "inputs.genome=[\"a\",\"b\"]",
                                     "npmi.table=x=y.tsv", "train.max_steps=30", "train.warmup_steps=null"});
  CHECK(config.train.max_steps == 30);
  CHECK(config.masking.strategy == "global");
  CHECK(config.inputs.genome == std::vector<std::string>{"a", "b"});
  CHECK(config.npmi.table == "x=y.tsv");
}

TEST_CASE("assignments are as strict as the file", "[config]") {
  CHECK(set_problem({"train.max_steps=many"}) ==
        "--set: train.max_steps: expected a whole number in 1..1000000000000, found \"many\"");
  CHECK(set_problem({"max_steps"}) ==
        "--set: 'max_steps' is no assignment: expected key.path=value, for example train.max_steps=1000");
  const auto both = set_problem({"train.sead=1", "model.preset=bert"});
  CHECK_THAT(both, Catch::Contains("--set: 2 problems"));
  CHECK_THAT(both, Catch::Contains("did you mean train.seed?"));
  CHECK_THAT(both, Catch::Contains("expected one of dnabert, logo, found \"bert\""));
  CHECK_THAT(set_problem({"train=5", "train.seed=1"}), Catch::Contains("inside of something that is no object"));
}

TEST_CASE("seeds of GUE are one whole number or several that differ", "[config]") {
  Config config;
  config::apply_assignments(config, {"gue.seeds=[1, 2e0, 3]"});
  CHECK(config.gue.seeds == std::vector<std::int64_t>{1, 2, 3});
  config::apply_assignments(config, {"gue.seeds=7"});
  CHECK(config.gue.seeds == std::vector<std::int64_t>{7});
  CHECK_THAT(set_problem({"gue.seeds=[1, -2]"}),
             Catch::Contains("a whole number of at least 0, an array of such or null, found -2"));
  CHECK_THAT(set_problem({"gue.seeds=[1.5]"}), Catch::Contains("found 1.5"));
  config.gue.seeds.clear();
  CHECK_THAT(message_of<UsageError>([&] { config::validate(config); }), Catch::Contains("gue.seeds is empty"));
  config.gue.seeds = {4, 4};
  config.gue.baseline = {"kmers"};
  const auto problems = message_of<UsageError>([&] { config::validate(config); });
  CHECK_THAT(problems, Catch::Contains("gue.seeds names 4 twice"));
  CHECK_THAT(problems, Catch::Contains("gue.baseline: unknown word \"kmers\""));
}
