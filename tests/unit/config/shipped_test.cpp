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

  const auto small = shipped("logo-small.json");
  CHECK(small.model.hidden_size == 128);
  CHECK(small.curriculum.threshold == 0.02);
  CHECK(small.curriculum.min_steps == 4000);
  CHECK(small.train.learning_rate == 2e-3);

  const auto smoke = shipped("smoke.json");
  CHECK(smoke.data.k == 4);
  CHECK(smoke.inputs.genome == std::vector<std::string>{"builtin:synthetic"});
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
    CHECK_THAT(error.what(), Catch::Contains("dnabert.json, logo-small.json, logo.json, smoke.json"));
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
