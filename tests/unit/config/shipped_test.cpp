#include "cmgems/base/error.h"
#include "cmgems/config/config.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using cmgems::config::Config;

namespace {

Config shipped(const std::string& name) {
  Config config;
  config::apply_file(config, name);
  config::validate(config);
  return config;
}

}  // namespace

TEST_CASE("shipped configurations are found by name and are valid", "[config]") {
  const auto dnabert = shipped("dnabert.json");
  CHECK(dnabert.model.preset == config::Preset::dnabert);
  CHECK(dnabert.train.max_steps == 10000);
  CHECK(dnabert.train.windows_per_step == 250);
  CHECK(dnabert.train.warmup_steps == 500);
  CHECK(dnabert.curriculum.threshold == 1.0);
  CHECK_FALSE(dnabert.curriculum.relative);
  CHECK(shipped("logo").model.preset == config::Preset::logo);
  for (const std::string name : {"dnabert", "logo"}) {
    const auto long_run = shipped(name), short_run = shipped(name + "-1k");
    CHECK(short_run.train.max_steps == 1000);
    CHECK(short_run.train.warmup_steps == 50);
    CHECK(short_run.train.eval_steps == 50);
    CHECK(short_run.model.preset == long_run.model.preset);
    CHECK(short_run.train.learning_rate == long_run.train.learning_rate);
  }

  const auto small = shipped("logo-small.json");
  CHECK(small.model.hidden_size == 128);
  CHECK(small.curriculum.threshold == 0.1);
  CHECK(small.curriculum.min_steps == 4000);
  CHECK(small.train.learning_rate == 2e-3);

  const auto smoke = shipped("smoke.json");
  CHECK(smoke.data.k == 4);
  CHECK(smoke.inputs.genome == std::vector<std::string>{"builtin:synthetic"});
}

TEST_CASE("smoke.json switches after the jump and not on the plateau before it") {
  // cmgems pretrain --config smoke.json --set compute.threads=2, LibTorch 2.11: validation perplexity on genemask's
  // masks, every 250 steps. 750 to 1250 is the plateau, with drops under 2%; then the model learns to read neighbours.
  const std::vector<curriculum::Measurement> curve{
      {250, 160.53},  {500, 157.44}, {750, 153.81}, {1000, 152.64}, {1250, 152.14}, {1500, 136.13},
      {1750, 116.77}, {2000, 95.08}, {2250, 57.72}, {2500, 40.72},  {2750, 32.15},  {3000, 25.92},
      {3250, 20.78},  {3500, 17.93}, {3750, 17.01}, {4000, 16.14},  {4250, 15.91}};
  const auto switch_step = [&](const Config& config) {
    const auto schedule = config::schedule_of(config);
    curriculum::State state;
    for (const auto& measurement : curve) state = schedule.observe(std::move(state), measurement);
    return state.switch_step;
  };
  auto smoke = shipped("smoke.json");
  CHECK(switch_step(smoke) == 4250);  // a drop of 1.4%
  smoke.curriculum.min_steps = 0;
  CHECK(switch_step(smoke) == 500);  // what min_steps is for: a drop of 1.9%
}

TEST_CASE("a file of that path comes before a shipped name", "[config]") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("mine.json", R"({"train": {"seed": 9}})");
  Config config;
  config::apply_file(config, file.string());
  CHECK(config.train.seed == 9);
}

TEST_CASE("an unknown configuration names the shipped ones", "[config]") {
  Config config;
  try {
    config::apply_file(config, "logo-smal.json");
    FAIL("no error");
  } catch (const InputNotFound& error) {
    CHECK_THAT(error.what(), Catch::Contains("no configuration 'logo-smal.json'"));
    CHECK_THAT(error.what(),
               Catch::Contains("dnabert-1k.json, dnabert.json, logo-1k.json, logo-small.json, logo.json, smoke.json"));
    CHECK_THAT(error.what(), Catch::Contains("did you mean logo-small.json?"));
  }
}

TEST_CASE("problems of a file name the file", "[config]") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("mine.json", R"({"train": {"sed": 9}})");
  Config config;
  CHECK(test::message_of<UsageError>([&] { config::apply_file(config, file.string()); }) ==
        file.string() + ": unknown key train.sed; did you mean train.seed?");
}
