#include "cmgems/base/error.h"
#include "cmgems/config/config.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using cmgems::config::Config;

namespace {

std::string problem(const Config& config) {
  return test::message_of<UsageError>([&] { config::validate(config); });
}

}  // namespace

TEST_CASE("the defaults are valid", "[config]") { CHECK(problem(Config{}).empty()); }

TEST_CASE("windows must fit the positions", "[config]") {
  Config config;
  config.data.max_tokens = 511;
  CHECK(problem(config) ==
        "configuration: data.max_tokens (511) and [CLS] and [SEP] do not fit the model's 512 positions: at most 510");
}

TEST_CASE("warm-up must end within the steps", "[config]") {
  Config config;
  config.train.max_steps = 100;
  config.train.warmup_steps = 100;
  CHECK(problem(config).empty());
  config.train.warmup_steps = 101;
  CHECK_THAT(problem(config), Catch::Contains("train.warmup_steps (101) must not exceed train.max_steps (100)"));
}

TEST_CASE("a relative threshold is a share", "[config]") {
  Config config;
  config.curriculum.relative = true;
  CHECK_THAT(problem(config), Catch::Contains("expected a number below 1"));
  config.curriculum.threshold = 0.02;
  CHECK(problem(config).empty());
}

TEST_CASE("a trigger must be able to switch before the last step", "[config]") {
  Config config;
  config.train.max_steps = 100;
  config.curriculum.min_steps = 99;
  CHECK(problem(config).empty());
  config.curriculum.min_steps = 100;
  CHECK(
      problem(config) ==
      "configuration: curriculum.min_steps (100) leaves no step of train.max_steps (100) for the second masker: lower "
      "it, or choose a masking.strategy without a trigger");
  config.curriculum.switch_at_step = 50;  // min_steps is not asked then
  CHECK(problem(config).empty());
  config.curriculum.switch_at_step.reset();
  for (const char* without_trigger : {"genemask", "cm-step"}) {
    config.masking.strategy = without_trigger;
    CHECK(problem(config).empty());
  }
}

TEST_CASE("inputs that exclude each other", "[config]") {
  Config config;
  config.inputs.genome = {"builtin:human"};
  CHECK_THAT(problem(config), Catch::Contains("the only built-in genome is builtin:synthetic, not builtin:human"));
  config.inputs.genome = {"builtin:synthetic", "a.fa"};
  CHECK_THAT(problem(config), Catch::Contains("cannot be combined with files"));
  config.inputs.genome = {};
  config.inputs.test_table = "a.tsv";
  CHECK_THAT(problem(config), Catch::Contains("inputs.test and inputs.dev go with inputs.train"));
  config.inputs.train_table = "b.tsv";
  CHECK(problem(config).empty());
  config.inputs.task = "prom-core";
  CHECK_THAT(problem(config), Catch::Contains("inputs.task and inputs.train exclude each other"));
}

TEST_CASE("settings of fine-tuning that contradict each other", "[config]") {
  Config config;
  config.finetune.shots = {10, 50, 10};
  CHECK_THAT(problem(config), Catch::Contains("finetune.shots names a number twice"));
  config.finetune.shots = {10, 50};
  config.finetune.learning_rates = {1e-4, 4e-4};
  CHECK(problem(config).empty());
  config.finetune.learning_rate = 1e-4;
  CHECK_THAT(problem(config), Catch::Contains("exclude each other: one rate, or candidates"));
}

TEST_CASE("all cross-field problems are listed", "[config]") {
  Config config;
  config.data.k = 9;
  config.data.validation_share = 1;
  config.model.hidden_size = 100;
  config.train.max_steps = 10;
  config.train.warmup_steps = 11;
  config.curriculum.switch_at_step = 11;
  const auto message = problem(config);
  CHECK_THAT(message, Catch::StartsWith("configuration: 5 problems"));
  CHECK_THAT(message, Catch::Contains("data.k must be in 3..8, not 9"));
  CHECK_THAT(message, Catch::Contains("data.validation_share must lie between 0 and 1"));
  CHECK_THAT(message, Catch::Contains("model.hidden_size (100) must be a multiple"));
  CHECK_THAT(message, Catch::Contains("train.warmup_steps (11)"));
  CHECK_THAT(message, Catch::Contains("curriculum.switch_at_step (11) comes after the last step"));
}

TEST_CASE("random-init is another word for random-encoder", "[config]") {
  Config config;
  config::apply_json(config,
                     R"({"finetune": {"baseline": ["random-init", "kmer"]}, "gue": {"baseline": "random-init"}})", "x");
  CHECK(config.finetune.baseline == std::vector<std::string>{"random-encoder", "kmer"});
  CHECK(config.gue.baseline == std::vector<std::string>{"random-encoder"});
  CHECK(problem(config).empty());
  config::apply_assignments(config, {R"(finetune.baseline=["random-init","random-encoder"])"});
  CHECK_THAT(problem(config), Catch::Contains("finetune.baseline names random-encoder twice"));
}
