// Several ranks train as one process does. They are threads here: tests/parallel has them as processes.
#include "support/catch_torch.h"
// catch_torch.h comes first
#include <cmath>
#include <filesystem>
#include <map>
#include <mutex>

#include "cmgems/base/atomic_file.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/masking/registry.h"
#include "cmgems/nn/init.h"
#include "cmgems/parallel/gradient_reducer.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "cmgems/train/pretrainer.h"
#include "support/random_genome.h"
#include "support/small_table.h"
#include "support/thread_ranks.h"
#include "support/tiny_run.h"

using namespace cmgems;
namespace fs = std::filesystem;

namespace {

config::Config tiny_config() {
  auto config = test::tiny_run();
  config.train.windows_per_step = 8;
  config.compute.threads = 1;
  config.compute.micro_batch_tokens = 20;  // several a step
  return config;
}

struct Recorder : train::Observer {
  void on_step(const train::StepReport& report) override {
    losses.push_back(report.loss);
    for (const auto& mask : report.masks) masked.push_back(mask.masks.masked);
    tokens += report.tokens;
  }
  void on_eval(const train::EvalReport& report) override { perplexities.push_back(report.perplexity); }
  void on_skipped(std::int64_t, const std::string& reason) override { skipped = reason; }
  void on_interrupt(std::int64_t step, const std::string& reason) override {
    interrupted = reason + std::to_string(step);
  }
  std::vector<double> losses, perplexities;
  std::vector<std::uint64_t> masked;
  std::uint64_t tokens = 0;
  std::string skipped, interrupted;
};

const genome::Genome& tiny_genome() {
  static const auto genome = test::random_genome({5000});
  return genome;
}

void pretrain(const config::Config& config, const fs::path& model, Recorder& recorder,
              const train::RunControl& control) {
  static const auto table = test::ordered_table(3);
  train::pretrain(config, tiny_genome(), &table, model, {&recorder}, control);
}

/// What the first rank saw.
Recorder train_by(int world, const config::Config& config, const fs::path& folder) {
  tiny_genome();
  Recorder first;
  test::on_ranks(world, [&](test::ThreadRanks& ranks) {
    Recorder own;
    train::RunControl control;
    control.ranks = &ranks;
    if (ranks.first()) {
      control.checkpoints.run = folder;
      control.checkpoints.save_steps = 3;
      fs::create_directories(folder);
    }
    pretrain(config, folder / "model", own, control);
    if (ranks.first()) first = own;
  });
  return first;
}

}  // namespace

TEST_CASE("any number of ranks sees the same windows and masks, and trains alike", "[ranks]") {
  const test::TemporaryFolder folder;
  const auto config = tiny_config();
  const auto one = train_by(1, config, folder.path() / "1");
  REQUIRE(one.losses.size() == 12);
  for (const int world : {2, 4}) {
    const auto several = train_by(world, config, folder.path() / std::to_string(world));
    CHECK(several.tokens == one.tokens);
    CHECK(several.masked == one.masked);
    for (std::size_t i = 0; i < 10; ++i) CHECK(several.losses[i] == Approx(one.losses[i]).epsilon(1e-5));
    for (std::size_t i = 0; i < 3; ++i) CHECK(several.perplexities[i] == Approx(one.perplexities[i]).epsilon(1e-5));
  }
}

TEST_CASE("a single rank is one process, byte for byte", "[ranks]") {
  const test::TemporaryFolder folder;
  train_by(1, tiny_config(), folder.path() / "ranks");
  Recorder recorder;
  pretrain(tiny_config(), folder.path() / "model", recorder, {});
  CHECK(read_file(folder.path() / "model" / "model.safetensors") ==
        read_file(folder.path() / "ranks" / "model" / "model.safetensors"));
}

TEST_CASE("slices of the optimizer's state change no bit of model and checkpoint", "[ranks]") {
  const test::TemporaryFolder folder;
  auto config = tiny_config();
  train_by(3, config, folder.path() / "plain");
  config.compute.shard_optimizer = true;
  train_by(3, config, folder.path() / "sliced");
  for (const auto* file : {"model/model.safetensors", "checkpoint-12/training_state.safetensors"}) {
    CHECK(read_file(folder.path() / "plain" / file) == read_file(folder.path() / "sliced" / file));
  }
}

TEST_CASE("slices of the optimizer's state are together the whole", "[ranks]") {
  std::mutex mutex;
  std::map<int, std::size_t> bytes;
  test::on_ranks(2, [&](test::ThreadRanks& ranks) {
    nn::MaskedLm model(config::shape_of(tiny_config().model, 69));
    const train::AdamW whole(*model, {}), slice(*model, {}, ranks);
    const auto size = [](const train::NamedTensors& tensors) {
      std::size_t sum = 0;
      for (const auto& [name, tensor] : tensors) sum += tensor.nbytes();
      return sum;
    };
    const std::lock_guard lock(mutex);
    bytes[ranks.rank()] = size(slice.state());
    bytes[-1] = size(whole.state());
  });
  CHECK(bytes[0] + bytes[1] == bytes[-1]);
  CHECK(std::max(bytes[0], bytes[1]) < bytes[-1] * 3 / 4);  // the largest tensor is more than half of so small a model
}

TEST_CASE("in double precision ranks differ by rounding only, over 100 steps", "[ranks]") {
  const auto config = tiny_config();
  const corpus::Corpus corpus(tiny_genome(), config.data, config.masking, nullptr, 7);
  const auto masker = masking::make_masker("random", {3, nullptr, config.masking});
  const masking::Masker* const only = masker.get();
  const auto train_by = [&](int world) {
    std::vector<double> losses;
    test::on_ranks(world, [&](test::ThreadRanks& ranks) {
      nn::Runtime runtime;
      nn::MaskedLm model(config::shape_of(config.model, corpus.vocabulary().size()));
      nn::initialise(*model, config.model.position_init, 3);
      model->to(at::kDouble);
      train::AdamW optimizer(*model, {});
      parallel::GradientReducer reducer(optimizer.parameters(), ranks, 4096);
      for (std::int64_t step = 0; step < 100; ++step) {
        const auto batch =
            corpus.train_batch(step, 8, {&only, 1}, [](std::int64_t) { return std::size_t{0}; }, 20, ranks.share());
        std::vector<double> masked{static_cast<double>(batch.masked)};
        static_cast<parallel::Ranks&>(ranks).sum(std::span<double>(masked));
        if (masked[0] == 0) continue;
        reducer.begin();
        const train::RankPart part{static_cast<std::uint64_t>(masked[0]), ranks.rank(), [&] { reducer.arm(); }};
        const auto own =
            train::accumulate_gradients(model, batch.micro_batches, runtime, 1, step, train::never_stop, part);
        std::vector<double> loss{own.defined() ? own.item<double>() : 0};  // a rank may have nothing to learn from
        reducer.finish();
        static_cast<parallel::Ranks&>(ranks).sum(std::span<double>(loss));
        optimizer.clip_gradients(1);
        optimizer.step(1e-2);
        if (ranks.first()) losses.push_back(loss[0]);
      }
    });
    return losses;
  };
  const auto one = train_by(1);
  REQUIRE(one.size() > 90);
  CHECK(one.back() < one.front());
  for (const int world : {2, 4}) {
    const auto several = train_by(world);
    REQUIRE(several.size() == one.size());
    double worst = 0;
    for (std::size_t i = 0; i < one.size(); ++i) worst = std::max(worst, std::abs(several[i] / one[i] - 1));
    CHECK(worst < 1e-9);
  }
}

TEST_CASE("a stop that reaches one rank saves the same step on all, and the run goes on as if it had not been",
          "[ranks]") {
  const test::TemporaryFolder folder;
  const auto config = tiny_config();
  train_by(2, config, folder.path() / "whole");
  const auto run = folder.path() / "stopped";
  fs::create_directories(run);
  std::mutex mutex;
  std::vector<std::string> ends;
  for (const int polls : {3, 12, 20}) {  // the first of them in the first step, where nothing is there to save
    test::on_ranks(2, [&](test::ThreadRanks& ranks) {
      Recorder own;
      train::RunControl control;
      control.ranks = &ranks;
      if (ranks.first()) control.checkpoints.run = run;
      const auto entries = formats::find_checkpoint(run);
      if (!entries.empty()) control.checkpoints.resume_from = entries.back().folder;
      ranks.wait_for_all();  // both have looked before one writes
      int left = polls;
      control.stop_reason = [&] { return ranks.rank() == 1 && --left < 0 ? std::string("SIGTERM") : std::string(); };
      std::string end;
      try {
        pretrain(config, run / "model", own, control);
      } catch (const Error& error) {
        end = std::to_string(static_cast<int>(error.code())) + " " + own.interrupted;
      }
      const std::lock_guard lock(mutex);
      ends.push_back(end);
    });
    INFO(ends[0] << " and " << ends[1]);
    CHECK(ends[0] == ends[1]);
    CHECK_THAT(ends[0], Catch::Contains("75 SIGTERM"));
    ends.clear();
  }
  test::on_ranks(2, [&](test::ThreadRanks& ranks) {
    Recorder own;
    train::RunControl control;
    control.ranks = &ranks;
    control.checkpoints.resume_from = formats::find_checkpoint(run).back().folder;
    pretrain(config, run / "model", own, control);
  });
  CHECK(read_file(run / "model" / "model.safetensors") ==
        read_file(folder.path() / "whole" / "model" / "model.safetensors"));
}

TEST_CASE("a rank whose numbers are not finite ends all of them, and is named", "[ranks]") {
  const test::TemporaryFolder folder;
  auto config = tiny_config();
  const auto run = folder.path() / "run";
  train_by(2, config, run);
  config.train.max_steps = 30;
  const auto good = run / "checkpoint-12", bad = folder.path() / "bad";
  fs::copy(good, bad, fs::copy_options::recursive);
  {  // the bytes of some weights become those of a NaN
    std::fstream file(bad / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-64, std::ios::end);
    const std::string nan("\x00\x00\xc0\x7f", 4);
    for (int i = 0; i < 16; ++i) file << nan;
  }
  std::mutex mutex;
  std::vector<std::string> ends(2), skipped(2);
  test::on_ranks(2, [&](test::ThreadRanks& ranks) {
    Recorder own;
    train::RunControl control;
    control.ranks = &ranks;
    control.checkpoints.resume_from = ranks.rank() == 1 ? bad : good;
    std::string end;
    try {
      pretrain(config, run / "model", own, control);
    } catch (const train::Diverged& error) {
      end = error.what();
    }
    const std::lock_guard lock(mutex);
    ends[static_cast<std::size_t>(ranks.rank())] = end;
    skipped[static_cast<std::size_t>(ranks.rank())] = own.skipped;
  });
  CHECK(skipped[0] == "loss or gradient is not finite on rank 1");
  CHECK(skipped[1] == skipped[0]);
  CHECK_THAT(ends[0], Catch::Contains("3 steps in a row"));
  CHECK(ends[1] == ends[0]);
}
