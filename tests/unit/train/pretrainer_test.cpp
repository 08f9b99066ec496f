#include "cmgems/train/pretrainer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "cmgems/base/atomic_file.h"
#include "support/catch_torch.h"
#include "support/random_genome.h"
#include "support/small_table.h"
#include "support/tiny_run.h"

using namespace cmgems;

namespace {

struct Recorder : train::Observer {
  void on_step(const train::StepReport& report) override {
    losses[report.step] = report.loss;
    for (const auto& mask : report.masks) (mask.masker == "global" ? hard : easy).insert(report.step);
  }
  void on_eval(const train::EvalReport& report) override {
    evals.push_back(report.step);
    perplexities.push_back(report.perplexity);
    maskers.push_back(report.masker);
  }
  void on_skipped(std::int64_t, const std::string&) override { ++skipped; }
  void on_done(const train::DoneReport& report) override { done = report; }
  void on_switch(const train::SwitchReport& report) override { switched = report.step; }
  std::map<std::int64_t, double> losses;  // by completed steps; a step without a masked token is not reported
  std::set<std::int64_t> easy, hard;
  std::vector<std::int64_t> evals;
  std::vector<double> perplexities;
  std::vector<std::string> maskers;  // whose masks were measured
  std::int64_t skipped = 0;
  train::DoneReport done{};
  std::optional<std::int64_t> switched;
};

Recorder record(const config::Config& config, const std::filesystem::path& model) {
  const auto genome = test::random_genome({5000});
  const auto table = test::ordered_table(3);
  Recorder recorder;
  train::pretrain(config, genome, &table, model, {&recorder});
  return recorder;
}

}  // namespace

TEST_CASE("two runs are equal, bit for bit, in loss and in weights", "[train]") {
  test::TemporaryFolder folder;
  const auto a = record(test::tiny_run(), folder.path() / "a"), b = record(test::tiny_run(), folder.path() / "b");
  CHECK(a.losses == b.losses);
  CHECK(read_file(folder.path() / "a" / "model.safetensors") == read_file(folder.path() / "b" / "model.safetensors"));
  CHECK(a.evals == std::vector<std::int64_t>{4, 8, 12});
}

TEST_CASE("the hard masker acts from the very step after the switch", "[train]") {
  test::TemporaryFolder folder;
  auto config = test::tiny_run();
  config.curriculum.threshold = 1e9;  // no drop is ever enough: switch at the second measurement
  const auto run = record(config, folder.path() / "m");
  CHECK(run.switched == 8);
  CHECK(*run.easy.rbegin() <= 8);
  CHECK(*run.hard.begin() == 9);
  CHECK(run.hard.size() == 4);
}

TEST_CASE("a fixed schedule switches between measurements", "[train]") {
  test::TemporaryFolder folder;
  auto config = test::tiny_run();
  config.curriculum.switch_at_step = 6;
  const auto run = record(config, folder.path() / "m");
  CHECK(run.switched == 6);
  CHECK(*run.easy.rbegin() <= 6);
  CHECK(*run.hard.begin() == 7);
  CHECK(run.hard.size() == 6);
}

TEST_CASE("until the switch a cm-gems run is the genemask run", "[train]") {
  test::TemporaryFolder folder;
  auto config = test::tiny_run();
  config.curriculum.switch_at_step = 6;
  auto easy = test::tiny_run();
  easy.masking.strategy = "genemask";
  const auto a = record(config, folder.path() / "a"), b = record(easy, folder.path() / "b");
  REQUIRE(a.losses.size() > 9);
  for (const auto& [step, loss] : a.losses) CHECK((step > 6 || loss == b.losses.at(step)));
  CHECK(a.losses.at(8) != b.losses.at(8));
  CHECK_FALSE(b.switched.has_value());
}

TEST_CASE("cm-step runs report both maskers", "[train]") {
  test::TemporaryFolder folder;
  auto config = test::tiny_run();
  config.masking.strategy = "cm-step";
  config.curriculum.easy = "genemask";
  config.curriculum.blocks = 4;
  config.train.max_steps = 40;
  config.curriculum.windows_per_draw = 2;
  const auto run = record(config, folder.path() / "m");
  CHECK(*run.hard.begin() > 10);  // the first of four blocks is easy
  CHECK(run.easy.size() > 10);
  CHECK(run.hard.size() > 10);
  std::vector<std::int64_t> both;
  std::set_intersection(run.easy.begin(), run.easy.end(), run.hard.begin(), run.hard.end(), std::back_inserter(both));
  CHECK_FALSE(both.empty());  // two draws for the four windows of a step
  CHECK_FALSE(run.switched.has_value());
}

TEST_CASE("with abs-min every measurement has masks of its own by the masker of the stage", "[train]") {
  test::TemporaryFolder folder;
  auto config = test::tiny_run();
  config.curriculum.rule = curriculum::Rule::abs_min;
  config.curriculum.threshold = 1e9;
  config.train.learning_rate = 1e-12;  // the model stays as it is: only masks move the perplexity
  const auto anew = record(config, folder.path() / "a");
  CHECK(anew.maskers == std::vector<std::string>{"genemask", "genemask", "global"});
  CHECK(anew.perplexities[0] != anew.perplexities[1]);
  config.curriculum.rule = curriculum::Rule::signed_drop;
  const auto fixed = record(config, folder.path() / "b");
  CHECK(fixed.maskers == std::vector<std::string>{"genemask", "genemask", "genemask"});
  CHECK(fixed.perplexities[0] == Approx(fixed.perplexities[1]).epsilon(1e-6));
}

TEST_CASE("steps without a masked token are skipped and counted", "[train]") {
  test::TemporaryFolder folder;
  auto config = test::tiny_run();
  config.masking.strategy = "global";
  config.masking.global.count = masking::SpanCount::binomial;
  // 0.03 spans a token: a third of the steps of four windows of up to 12 tokens have none
  const auto run = record(config, folder.path() / "m");
  CHECK(run.skipped > 0);
  CHECK(run.skipped < 12);
  CHECK(run.losses.size() + static_cast<std::size_t>(run.skipped) == 12);
  CHECK(run.done.skipped == run.skipped);
}

TEST_CASE("training lowers the loss of a repetitive genome", "[train]") {
  test::TemporaryFolder folder;
  genome::GenomeBuilder builder;
  builder.begin_contig("repeat");
  RandomStream random(1, Purpose::synthetic);
  std::string bases;
  while (bases.size() < 5000) bases += "ACGGTCA" + std::string(1, "ACGT"[random.below(4)]);
  builder.append(bases);
  const auto genome = builder.finish();
  auto config = test::tiny_run();
  config.masking.strategy = "random";
  config.train.max_steps = 150;
  config.train.warmup_steps = 10;
  config.train.eval_steps = 150;
  Recorder recorder;
  const auto summary = train::pretrain(config, genome, nullptr, folder.path() / "m", {&recorder});
  CHECK(summary.curve.back().perplexity < 40);  // 69 untrained
  CHECK(summary.tokens > 150 * 4 * 7);
}
