#include <algorithm>
#include <functional>
#include <map>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/train/pretrainer.h"
#include "support/catch_torch.h"
#include "support/faulty_disk.h"
#include "support/random_genome.h"
#include "support/small_table.h"
#include "support/thrown.h"
#include "support/tiny_run.h"

using namespace cmgems;
using test::Call;
using test::FaultyDisk;
namespace fs = std::filesystem;

namespace {

constexpr auto npos = std::string::npos;

config::Config tiny_config() {
  auto config = test::tiny_run();
  config.model.hidden_dropout_prob = 0.1;
  config.compute.threads = 1;
  config.compute.micro_batch_tokens = 20;  // several a step
  config.curriculum.switch_at_step = 6;
  return config;
}

/// Losses and measurements as a log has them, and what was told of saving.
struct Log : train::Observer {
  void on_start(const train::StartReport& report) override {
    if (report.checkpoint.empty()) return;
    lines = read_file(report.checkpoint / "lines");
    resumed = report.step;
  }
  void on_step(const train::StepReport& report) override {
    lines += std::to_string(report.step) + " " + std::to_string(report.loss) + "\n";
  }
  void on_eval(const train::EvalReport& report) override {
    lines += "eval " + std::to_string(report.step) + " " + std::to_string(report.perplexity) + "\n";
  }
  void on_switch(const train::SwitchReport& report) override {
    lines += "switch " + std::to_string(report.step) + "\n";
  }
  void on_skipped(std::int64_t step, const std::string& why) override {
    lines += "skip " + std::to_string(step) + " " + why + "\n";
  }
  void on_save(const train::SaveReport&) override { ++saved; }
  void on_save_failed(std::int64_t, const std::string& why) override { failures.push_back(why); }
  std::vector<train::SavedFile> save() const override { return {{"lines", lines}}; }
  std::string lines;
  std::int64_t resumed = -1;
  int saved = 0;
  std::vector<std::string> failures;
};

class Run {
 public:
  config::Config config = tiny_config();
  train::RunControl control;
  Log log;

  explicit Run(const fs::path& folder) : folder_(folder) {
    control.checkpoints.run = folder;
    control.checkpoints.save_steps = 2;
    fs::create_directories(folder);
  }
  void resume() {
    const auto entries = formats::find_checkpoint(folder_);
    if (!entries.empty() && entries.back().whole()) control.checkpoints.resume_from = entries.back().folder;
  }
  void train() {
    static const auto genome = test::random_genome({5000});
    static const auto table = test::ordered_table(3);
    train::pretrain(config, genome, &table, folder_ / "model", {&log}, control);
  }
  /// All bytes of model and newest checkpoint, and the log.
  std::string result() const {
    std::string all = log.lines;
    for (const auto& name : {"model", "checkpoint-12"}) {
      std::vector<fs::path> files;
      for (const auto& entry : fs::directory_iterator(folder_ / name)) files.push_back(entry.path());
      std::sort(files.begin(), files.end());
      for (const auto& file : files) all += file.filename().string() + read_file(file);
    }
    return all;
  }

 private:
  fs::path folder_;
};

std::string uninterrupted(const fs::path& folder) {
  Run run(folder);
  run.train();
  return run.result();
}

}  // namespace

TEST_CASE("a run that is stopped anywhere ends as if it had not been", "[train]") {
  const test::TemporaryFolder folder;
  const auto whole = uninterrupted(folder.path() / "whole");
  int polls = 0;
  {
    Run counting(folder.path() / "count");
    counting.control.stop_reason = [&] { return ++polls, std::string(); };
    counting.train();
    CHECK(counting.log.saved >= 2);
  }
  REQUIRE(polls > 60);  // before each step and each micro-batch, and in the measurements
  for (int at = 1; at <= polls; at += 3) {
    const auto here = folder.path() / std::to_string(at);
    {
      Run run(here);
      int now = 0;
      run.control.stop_reason = [&] { return ++now == at ? std::string("SIGTERM") : std::string(); };
      const auto told = test::message_of<Error>([&] { run.train(); });
      CHECK_THAT(told, Catch::StartsWith("stopped by SIGTERM after step "));
      CHECK_FALSE(fs::exists(here / "model"));
    }
    Run run(here);
    run.resume();
    run.train();
    INFO("stopped at poll " << at << ", continued after step " << run.log.resumed);
    CHECK(run.result() == whole);
  }
}

TEST_CASE("figures that are read late change nothing: log, checkpoints and model", "[train]") {
  const test::TemporaryFolder folder;
  const auto whole = uninterrupted(folder.path() / "whole");
  for (const std::size_t ahead : {std::size_t{1}, std::size_t{3}}) {
    INFO(ahead << " steps ahead");
    Run run(folder.path() / std::to_string(ahead));
    run.control.steps_ahead = ahead;
    run.control.checkpoints.save_steps = 100;  // nothing but measurements asks for complete figures
    run.train();
    CHECK(run.result() == whole);
    for (int at = 2; at <= 60; at += 7) {
      INFO("stopped at poll " << at);
      const auto here = folder.path() / (std::to_string(ahead) + "-" + std::to_string(at));
      {
        Run stopped(here);
        int now = 0;
        stopped.control.steps_ahead = ahead;
        stopped.control.stop_reason = [&] { return ++now == at ? std::string("SIGTERM") : std::string(); };
        CHECK_THROWS_AS(stopped.train(), Error);
      }
      Run resumed(here);
      resumed.resume();
      resumed.control.steps_ahead = ahead;
      resumed.train();
      CHECK(resumed.result() == whole);
    }
  }
}

TEST_CASE("late figures tell the same steps that are not finite, and leave the same parameters", "[train]") {
  const test::TemporaryFolder folder;
  const auto diverge = [&](std::size_t ahead, int stop_at) {
    const auto here = folder.path() / (std::to_string(ahead) + "-" + std::to_string(stop_at));
    Run run(here);
    run.config.train.learning_rate = 1e30;
    run.config.train.warmup_steps = 0;
    run.control.checkpoints.save_steps = 1;
    run.control.steps_ahead = ahead;
    int now = 0;
    run.control.stop_reason = [&] { return ++now == stop_at ? std::string("the test") : std::string(); };
    std::string told = test::message_of<Error>([&] { run.train(); });
    if (const auto at = told.find("; the newest"); at != npos) told.resize(at);
    for (const auto& entry : formats::list_checkpoints(here, formats::Check::hashes)) {
      told += "\n" + entry.folder.filename().string();
      for (const auto* name : {"model.safetensors", "training_state.safetensors", "state.json"}) {
        REQUIRE(fs::exists(entry.folder / name));
        told += read_file(entry.folder / name);
      }
    }
    return run.log.lines + told;
  };
  const auto end = diverge(0, -1);
  CHECK_THAT(end, Catch::Contains("skip 3 loss or gradient is not finite") && Catch::Contains("3 steps in a row"));
  CHECK(diverge(1, -1) == end);
  CHECK(diverge(2, -1) == end);
  int with_skips = 0;
  for (int at = 3; at <= 30; at += 3) {
    INFO("stopped at poll " << at);
    const auto now = diverge(0, at);
    with_skips += now.find("skip") != npos && now.find("in a row") == npos ? 1 : 0;
    CHECK(diverge(1, at) == now);
  }
  CHECK(with_skips >= 2);  // stopped between the first step that was left out and the last
}

TEST_CASE("older checkpoints are removed, and a finished run continues to nothing new", "[train]") {
  const test::TemporaryFolder folder;
  const auto whole = uninterrupted(folder.path());
  const auto entries = formats::list_checkpoints(folder.path(), formats::Check::hashes);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].step == 12);
  Run again(folder.path());
  again.resume();
  again.train();
  CHECK(again.log.resumed == 12);
  CHECK(again.log.saved == 0);
  CHECK(again.result() == whole);
}

TEST_CASE("a run goes on to a later end, with the rate of that end", "[train]") {
  const test::TemporaryFolder folder;
  uninterrupted(folder.path());
  Run longer(folder.path());
  longer.config.train.max_steps = 24;
  longer.config.train.warmup_steps = 0;
  longer.resume();
  longer.train();
  CHECK(longer.log.resumed == 12);
  CHECK(fs::exists(folder.path() / "checkpoint-24"));
  CHECK_THAT(longer.log.lines, Catch::Contains("eval 12 ") && Catch::Contains("eval 16 ") && Catch::Contains("\n24 "));
  Run shorter(folder.path());
  shorter.resume();
  CHECK_THAT(test::message_of<UsageError>([&] { shorter.train(); }), Catch::Contains("is beyond train.max_steps, 12"));
}

TEST_CASE("a first failed save is told and training goes on, to the same end", "[train]") {
  const test::TemporaryFolder folder;
  const auto whole = uninterrupted(folder.path() / "whole");
  Run run(folder.path() / "run");
  FaultyDisk disk({Call::rename, 3, ENOSPC, test::Part::none, false});
  const ReplacedFileSystem replaced(disk);
  run.train();
  CHECK(run.log.failures.size() == 1);
  CHECK(run.result() == whole);
}

TEST_CASE("a disk that stays full ends the run, and the checkpoints before are whole", "[train]") {
  const test::TemporaryFolder folder;
  FaultyDisk counting;
  {
    Run once(folder.path() / "once");
    once.control.checkpoints.save_steps = 100;  // the last one and the model only
    const ReplacedFileSystem replaced(counting);
    once.train();
  }
  Run run(folder.path() / "run");
  run.control.checkpoints.save_steps = 1;
  std::string message;
  {
    FaultyDisk disk(
        {Call::write, counting.count(Call::write) + 5, ENOSPC, test::Part::half, true});  // within the second one
    const ReplacedFileSystem replaced(disk);
    message = test::message_of<IoError>([&] { run.train(); });
  }
  CHECK_THAT(message, Catch::Contains("No space left on device"));
  CHECK_FALSE(fs::exists(folder.path() / "run" / "model"));
  const auto entries = formats::find_checkpoint(folder.path() / "run");
  REQUIRE(entries.size() == 1);
  REQUIRE(entries[0].whole());
  CHECK(leftovers_in(folder.path() / "run").empty());
  Run again(folder.path() / "run");
  again.resume();
  again.train();
  CHECK(again.log.resumed == entries[0].step);
}

TEST_CASE("too little room is found before the first byte", "[train]") {
  const test::TemporaryFolder folder;
  Run run(folder.path());
  FaultyDisk disk;
  disk.free = 1000;
  const ReplacedFileSystem replaced(disk);
  CHECK_THAT(test::message_of<IoError>([&] { run.train(); }), Catch::Contains("0 MB are free"));
  CHECK(disk.count(Call::make_folder) == 0);
}

TEST_CASE("steps that are not finite leave the parameters", "[train]") {
  const test::TemporaryFolder folder;
  const auto weights_when = [&](const std::string& name, const std::function<bool(const Run&)>& there) {
    Run run(folder.path() / name);
    run.config.train.learning_rate = 1e30;
    run.config.train.warmup_steps = 0;
    run.control.stop_reason = [&] { return there(run) ? std::string("the test") : std::string(); };
    CHECK_THROWS_AS(run.train(), Error);
    const auto newest = formats::find_checkpoint(folder.path() / name).back();
    REQUIRE(newest.whole());
    return std::pair(newest.step, read_file(newest.folder / "model.safetensors"));
  };
  const auto after = weights_when("after", [](const Run& run) { return run.log.lines.find("not finite") != npos; });
  const auto before = weights_when(
      "before", [&](const Run& run) { return run.log.lines.find(std::to_string(after.first - 1) + " ") != npos; });
  CHECK(after.first == before.first + 1);
  CHECK(after.second == before.second);
}

TEST_CASE("steps that are not finite end the run at the same step, whose good checkpoints stay", "[train]") {
  const test::TemporaryFolder folder;
  const auto whole = uninterrupted(folder.path() / "whole");
  const auto here = folder.path() / "run";
  {
    Run run(here);
    run.control.checkpoints.save_steps = 3;
    run.control.stop_reason = [&] { return run.log.lines.find("\n3 ") == npos ? "" : "the test"; };
    CHECK_THROWS_AS(run.train(), Error);
  }
  for (int attempt = 0; attempt < 3; ++attempt) {
    Run run(here);
    run.config.train.learning_rate = 1e30;
    run.control.checkpoints.save_steps = 3;
    run.resume();
    std::string message;
    try {
      run.train();
    } catch (const train::Diverged& diverged) {
      message = diverged.what();
      CHECK(diverged.checkpoint() == here / "checkpoint-3");
    }
    INFO(run.log.lines);
    CHECK(run.log.resumed == 3);
    CHECK_THAT(message, Catch::StartsWith("step 7: loss or gradient is not finite, 3 steps in a row; ") &&
                            Catch::EndsWith("the newest checkpoint is " + (here / "checkpoint-3").string()));
    CHECK(formats::find_checkpoint(here).front().step == 3);
  }
  Run lower(here);
  lower.resume();
  lower.train();
  CHECK(lower.result() == whole);
}

TEST_CASE("micro-batches of any size give the same losses without dropout", "[train]") {
  const test::TemporaryFolder folder;
  std::map<std::int64_t, std::vector<double>> losses;
  struct Losses : train::Observer {
    explicit Losses(std::vector<double>& into) : list(into) {}
    void on_step(const train::StepReport& report) override { list.push_back(report.loss); }
    std::vector<double>& list;
  };
  for (const std::int64_t tokens : {15, 30, 4096}) {
    auto config = tiny_config();
    config.model.hidden_dropout_prob = 0;
    config.compute.micro_batch_tokens = tokens;
    Losses observer(losses[tokens]);
    const auto table = test::ordered_table(3);
    train::pretrain(config, test::random_genome({5000}), &table, folder.path() / "m", {&observer});
  }
  REQUIRE(losses[15].size() >= 10);
  for (std::size_t step = 0; step < 10; ++step) {
    CHECK(losses[15][step] == Approx(losses[4096][step]).epsilon(1e-5));
    CHECK(losses[30][step] == Approx(losses[4096][step]).epsilon(1e-5));
  }
}
