// cmgems bench save: how long a checkpoint of a model takes, and for how much of that training stands still.
#include "bench_save.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cmgems/base/file_system.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/heads.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/checkpoint.h"
#include "result_table.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::int64_t kStep = 1;

struct Options {
  ConfigFlags config;
  OutputFlags output;
  std::string folder = ".";
  int repeats = 3;
};

/// One of the parts, in seconds: the best of the repeats, and the slowest.
struct Part {
  std::string key, title;
  double best = 0, worst = 0;
};

/// A run's folder that goes away again.
class BenchFolder {
 public:
  explicit BenchFolder(const fs::path& folder) : path_(temporary_path(folder / "cmgems-bench-save")) {
    make_folders(path_);
  }
  ~BenchFolder() { clean_up(path_); }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class SaveBench {
 public:
  SaveBench(const config::Config& config, const fs::path& folder)
      : folder_(folder),
        runtime_(nn::start_runtime(config.compute)),
        shape_(config::shape_of(config.model, kmer::Vocabulary(static_cast<int>(config.data.k)).size())),
        model_(shape_) {
    nn::initialise(*model_, config.model.position_init, static_cast<std::uint64_t>(config.train.seed));
    if (runtime_.cuda) model_->to(at::Device(at::kCUDA));
    optimizer_ = std::make_unique<train::AdamW>(*model_, train::AdamWOptions{});
    content_.step = kStep;
    content_.description = {shape_, static_cast<int>(config.data.k), 0, "", config.model.position_init};
    train::RunState state;
    state.step = kStep;
    content_.state = train::to_json(state, config.train.seed, config.train.windows_per_step);
  }

  void copy() {
    train::copy_tensors(train::named_parameters(*model_), content_.weights);
    train::copy_tensors(optimizer_->state(), content_.optimizer);
  }
  void write() { bytes_ = train::write_checkpoint(folder_.path(), content_, {}); }
  void verify() const {
    formats::check_files(checkpoint(), formats::read_manifest(checkpoint()), formats::Check::hashes);
  }
  void load() { train::load_checkpoint(checkpoint(), *model_, *optimizer_); }

  std::uint64_t bytes() const { return bytes_; }
  std::int64_t parameters() const { return nn::parameter_count(*model_); }

 private:
  fs::path checkpoint() const { return formats::checkpoint_path(folder_.path(), kStep); }

  BenchFolder folder_;
  nn::Runtime runtime_;
  formats::BertShape shape_;
  nn::MaskedLm model_;
  std::unique_ptr<train::AdamW> optimizer_;
  train::CheckpointContent content_;
  std::uint64_t bytes_ = 0;
};

Part measure(const std::string& key, const std::string& title, int repeats, const std::function<void()>& action) {
  Part part{key, title};
  for (int i = 0; i < repeats; ++i) {
    Stopwatch watch;
    action();
    const double seconds = watch.lap();
    part.best = i == 0 ? seconds : std::min(part.best, seconds);
    part.worst = std::max(part.worst, seconds);
  }
  return part;
}

void print_json(const SaveBench& bench, const std::vector<Part>& parts) {
  ordered_json json = {{"command", "bench save"}, {"parameters", bench.parameters()}, {"bytes", bench.bytes()}};
  for (const auto& part : parts) json[part.key + "_seconds"] = {{"best", part.best}, {"worst", part.worst}};
  std::cout << json.dump(2) << "\n";
}

void print_text(const SaveBench& bench, const std::vector<Part>& parts) {
  std::cout << bench.parameters() << " parameters, a checkpoint of " << (bench.bytes() >> 20) << " MB\n\n";
  ResultTable table({"", "best s", "worst s", "MB/s"});
  for (const auto& part : parts) {
    table.add({part.title, decimals(part.best, 3), decimals(part.worst, 3),
               decimals(static_cast<double>(bench.bytes()) / (1 << 20) / part.best, 0)});
  }
  table.print(std::cout);
}

void run(const Options& options) {
  start_logging(options.output);
  const auto config = load_config(options.config);
  config::validate(config);
  SaveBench bench(config, options.folder);
  bench.copy();  // makes the memory, once in a run
  const std::vector<Part> parts{measure("copy", "copy (training stands still)", options.repeats, [&] { bench.copy(); }),
                                measure("write", "write (beside training)", options.repeats, [&] { bench.write(); }),
                                measure("verify", "verify", options.repeats, [&] { bench.verify(); }),
                                measure("load", "load", options.repeats, [&] { bench.load(); })};
  options.output.json ? print_json(bench, parts) : print_text(bench, parts);
}

}  // namespace

void add_bench_save(CLI::App& bench, Session& session) {
  auto options = std::make_shared<Options>();
  options->config.file = "dnabert.json";
  auto* command = bench.add_subcommand("save", "Copying, writing, verifying and loading a checkpoint (dnabert.json)");
  add_config_flags(*command, options->config);
  command->add_option("--folder", options->folder, "folder of the disk that is measured")
      ->capture_default_str()
      ->check(CLI::ExistingDirectory);
  command->add_option("--repeats", options->repeats, "times that each part is done")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  add_output_flags(*command, options->output);
  command->footer("Example:\n  cmgems bench save --config logo.json --folder /scratch");
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
