#include "cmgems/train/gue_trainer.h"

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "support/catch_torch.h"
#include "support/paths.h"

using namespace cmgems;

namespace {

/// 20 steps of 8 rows in two epochs, dev measured after each 5.
const tasks::GueSet& small_set() {
  static const tasks::GueSet set{"tf", "small", tasks::Species::human,      2,           14, 2, 0,
                                 5,    2,       tasks::HeadlineMetric::mcc, {80, 30, 40}};
  return set;
}

/// Label 1 holds only G and C, label 0 only A and T: one token tells.
tasks::LabelledTable separable_table(std::size_t rows, std::uint64_t stream, bool flipped = false) {
  tasks::LabelledTable table;
  RandomStream random(stream, Purpose::synthetic);
  for (std::size_t row = 0; row < rows; ++row) {
    const int label = static_cast<int>(row % 2);
    std::string sequence;
    for (int i = 0; i < 12; ++i) sequence += (label == 1 ? "GC" : "AT")[random.below(2)];
    table.examples.push_back({sequence, flipped ? 1 - label : label});
  }
  return table;
}

tasks::GueData small_data(bool dev_flipped = false) {
  return {&small_set(), separable_table(80, 1), separable_table(30, 2, dev_flipped), separable_table(40, 3), 2, {}};
}

config::Config small_config() {
  config::Config config;
  config.data.k = 3;
  config.model.preset = config::Preset::logo;
  config.model.hidden_size = 16;
  config.model.intermediate_size = 32;
  config.model.num_attention_heads = 2;
  config.model.hidden_dropout_prob = 0.1;
  config.gue.batch_size = 8;
  config.gue.learning_rate = 1e-2;
  config.compute.device = config::DeviceChoice::cpu;
  config.compute.threads = 1;
  config.compute.micro_batch_tokens = 40;  // three rows: several parts a step
  return config;
}

void check_equal(const train::GueRun& run, const train::GueRun& expected) {
  CHECK(run.best_step == expected.best_step);
  CHECK(run.dev_loss == expected.dev_loss);
  CHECK(run.scores.confusion == expected.scores.confusion);
  CHECK(run.scores.auc == expected.scores.auc);
  CHECK(run.scores.mcc == expected.scores.mcc);
}

}  // namespace

TEST_CASE("steps of a GUE set follow from its epochs or are exactly as many as it says", "[train]") {
  const auto plan = [](const std::string& set, std::size_t rows) {
    return train::gue_plan(*tasks::choose_gue_sets({set}).front(), {}, rows);
  };
  CHECK(plan("prom_core_tata", 4904).steps == 1540);  // 153.25 batches of 32 are 154, ten times
  CHECK(plan("prom_core_tata", 4904).max_tokens == 78);
  CHECK(plan("prom_core_tata", 4904).learning_rate == 3e-5);
  CHECK(plan("tf/4", 19000).steps == 1782);  // 594, three times
  CHECK(plan("mouse/2", 2620).steps == 1000);
  CHECK(plan("mouse/1", 53952).steps == 1000);
  CHECK(plan("mouse/1", 53952).eval_steps == 200);
}

TEST_CASE("the weights of the lowest dev loss are scored", "[train]") {
  const auto config = small_config();
  const auto good = train::GueTrainer(config, small_data(), {}).run(42);
  CHECK(good.scores.accuracy > 0.95);
  CHECK(good.best_step == 20);
  // Whoever learns train gets worse on this dev, so the first measurement counts: after step 1, whose rate is 0.
  auto eager_set = small_set();
  eager_set.eval_steps = 1;
  auto data = small_data(/*dev_flipped=*/true);
  data.set = &eager_set;
  const auto early = train::GueTrainer(config, data, {}).run(42);
  CHECK(early.best_step == 1);
  CHECK(early.scores.accuracy < 0.9);
}

TEST_CASE("equal seeds give equal runs on GUE and others do not", "[train]") {
  const auto config = small_config();
  const auto data = small_data();
  const train::GueTrainer trainer(config, data, {});
  const auto run = trainer.run(42);
  check_equal(trainer.run(42), run);
  CHECK(trainer.run(43).dev_loss != run.dev_loss);
}

TEST_CASE("a GUE run that is stopped anywhere ends as if it had not been", "[train]") {
  const auto config = small_config();
  const auto data = small_data(/*dev_flipped=*/true);
  const train::GueTrainer trainer(config, data, {});
  const auto expected = trainer.run(42);
  const test::TemporaryFolder folder;
  std::optional<train::GueRun> run;
  int stops = 0;
  for (int patience = 12; !run; ++patience) {  // a measurement alone asks ten times
    train::GueRunOptions options;
    options.checkpoints.run = folder.path();
    options.checkpoints.save_steps = 5;
    const auto found = formats::find_checkpoint(folder.path());
    if (!found.empty()) options.checkpoints.resume_from = found.back().folder;
    int asked = 0;
    options.stop_reason = [&] { return ++asked > patience ? std::string("SIGTERM") : std::string(); };
    try {
      run = trainer.run(42, options);
    } catch (const Error& error) {
      REQUIRE(error.code() == ExitCode::interrupted);
      ++stops;
    }
    REQUIRE(stops < 50);
  }
  CHECK(stops > 2);
  check_equal(*run, expected);
}

TEST_CASE("progress of a GUE run tells steps and scored rows", "[train]") {
  const auto config = small_config();
  const auto data = small_data();
  std::vector<std::int64_t> steps;
  std::size_t dev = 0, test = 0;
  train::GueRunOptions options;
  options.on_progress = [&](const train::GueProgress& now) {
    CHECK(now.steps == 20);
    if (now.phase == train::GuePhase::training) steps.push_back(now.step);
    (now.phase == train::GuePhase::dev ? dev : test) = now.scored_rows;
  };
  train::GueTrainer(config, data, {}).run(42, options);
  CHECK(steps.size() == 21);
  CHECK(steps.back() == 20);
  CHECK(dev == 30);
  CHECK(test == 40);
}

TEST_CASE("k-mers behind the maximum of a set do not count", "[train]") {
  const auto config = small_config();
  const auto data = small_data();
  auto longer = data;
  for (auto* table : {&longer.train, &longer.dev, &longer.test}) {
    for (auto& example : table->examples) {
      // 12 tokens are seen; the first ten of 12 bases stay, two are made of what follows
      example.sequence += "AA";
    }
  }
  auto longest = longer;
  for (auto* table : {&longest.train, &longest.dev, &longest.test}) {
    for (auto& example : table->examples) example.sequence += "GATTACA";
  }
  const auto run = train::GueTrainer(config, longer, {}).run(42);
  check_equal(train::GueTrainer(config, longest, {}).run(42), run);
  CHECK(train::GueTrainer(config, data, {}).run(42).dev_loss != run.dev_loss);
}

TEST_CASE("a GUE run that diverges is a data error that names the key", "[train]") {
  auto config = small_config();
  config.gue.learning_rate = 1e30;
  const auto data = small_data();
  try {
    train::GueTrainer(config, data, {}).run(42);
    FAIL("no error");
  } catch (const DataError& error) {
    CHECK_THAT(error.what(), Catch::Contains("gue.learning_rate"));
  }
}
