// Pretraining on the GPU: nobody waits within a step, figures come late and right, and the run logs what it reached.
#include <torch/nn/modules/linear.h>

#include <cmath>
#include <deque>

#include "cmgems/base/atomic_file.h"
#include "cmgems/masking/registry.h"
#include "cmgems/nn/init.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "cmgems/train/pretrainer.h"
#include "cmgems/train/step_figures.h"
#include "nn/cuda/load.h"
#include "support/catch_torch.h"
// clang-format off
#include <torch/nn/modules/linear.h>
// clang-format on
#include "support/gpu.h"
#include "support/paths.h"
#include "support/random_genome.h"
#include "support/small_table.h"

using namespace cmgems;
namespace fs = std::filesystem;

namespace {

config::Config small_config(bool bf16) {
  config::Config config;
  config.data = {.k = 3, .max_tokens = 60};
  config.model.preset = config::Preset::dnabert;  // with dropout
  config.model.hidden_size = 64;
  config.model.intermediate_size = 128;
  config.model.num_attention_heads = 2;
  config.model.num_hidden_layers = 2;
  config.train.max_steps = 12;
  config.train.windows_per_step = 16;
  config.train.eval_steps = 4;
  config.train.validation_windows = 20;
  config.train.learning_rate = 1e-3;
  config.compute.device = config::DeviceChoice::cuda;
  config.compute.bf16 = bf16 ? config::Switch::on : config::Switch::off;
  config.compute.deterministic = true;
  config.compute.micro_batch_tokens = 400;  // several a step
  config.curriculum.switch_at_step = 6;
  return config;
}

/// Trains a small model step by step, as the loop does.
class Trainer {
 public:
  explicit Trainer(const config::Config& config)
      : windows_(config.train.windows_per_step),
        runtime_(nn::start_runtime(config.compute)),
        genome_(test::random_genome({5000})),
        corpus_(genome_, config.data, config.masking, nullptr, 1),
        masker_(masking::make_masker("random", {3, nullptr, config.masking})),
        model_(config::shape_of(config.model, corpus_.vocabulary().size())) {
    nn::initialise(*model_, config::PositionInit::normal, 1);
    model_->to(at::kCUDA);
    optimizer_ = std::make_unique<train::AdamW>(*model_, train::AdamWOptions{});
  }

  corpus::GlobalBatch batch() {
    return corpus_.train_batch(step_, windows_, *masker_, static_cast<std::size_t>(runtime_.micro_batch_tokens));
  }
  train::StepFigures queue(const corpus::GlobalBatch& batch) {
    const auto loss = train::accumulate_gradients(model_, batch.micro_batches, runtime_, 1, step_++);
    const auto norm = optimizer_->clip_gradients(1);
    optimizer_->step(1e-3, train::not_finite(loss, norm));
    optimizer_->clear_gradients();
    return {loss, norm};
  }

 private:
  std::int64_t windows_;
  nn::Runtime runtime_;
  genome::Genome genome_;
  corpus::Corpus corpus_;
  std::unique_ptr<masking::Masker> masker_;
  nn::MaskedLm model_;
  std::unique_ptr<train::AdamW> optimizer_;
  std::int64_t step_ = 0;
};

/// While it lives, LibTorch throws where the host would wait.
struct NoWaiting {
  NoWaiting() { nn::cuda::table()->forbid_waiting(true); }
  ~NoWaiting() { nn::cuda::table()->forbid_waiting(false); }
};

struct Log : train::Observer {
  void on_start(const train::StartReport& report) override { start = report; }
  void on_step(const train::StepReport& report) override {
    lines +=
        std::to_string(report.step) + " " + std::to_string(report.loss) + " " + std::to_string(report.grad_norm) + "\n";
    rate = report.rate;
  }
  void on_eval(const train::EvalReport& report) override {
    lines += "eval " + std::to_string(report.step) + " " + std::to_string(report.loss) + "\n";
  }
  void on_switch(const train::SwitchReport& report) override {
    lines += "switch " + std::to_string(report.step) + "\n";
  }
  void on_skipped(std::int64_t step, const std::string& why) override {
    lines += "skip " + std::to_string(step) + " " + why + "\n";
  }
  std::string lines;
  train::StartReport start{};
  train::Rate rate;
};

/// Log and model of a run.
std::pair<Log, std::string> run(const config::Config& config, std::optional<std::size_t> ahead,
                                const fs::path& folder) {
  static const auto genome = test::random_genome({5000});
  static const auto table = test::ordered_table(3);
  Log log;
  train::RunControl control;
  control.steps_ahead = ahead;
  control.checkpoints.run = folder;
  control.checkpoints.save_steps = 3;
  fs::create_directories(folder);
  try {
    train::pretrain(config, genome, &table, folder / "model", {&log}, control);
  } catch (const train::Diverged& diverged) {
    log.lines += std::string(diverged.what()).substr(0, 60);
    return {log, ""};
  }
  return {log, read_file(folder / "model" / "model.safetensors")};
}

}  // namespace

TEST_CASE("within a training step nobody waits for the GPU", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  if (nn::cuda::table() == nullptr) CMGEMS_SKIP("without our library nothing tells who waits");
  for (const auto& [bf16, deterministic, windows] :
       {std::tuple{true, false, 16}, {false, false, 16}, {true, true, 16}, {false, true, 16}, {true, false, 200}}) {
    INFO((bf16 ? "bf16" : "fp32") << (deterministic ? ", deterministic" : "") << ", " << windows << " windows");
    auto config = small_config(bf16);
    config.compute.deterministic = deterministic;
    config.train.windows_per_step = windows;
    if (windows > 16) config.compute.micro_batch_tokens = 20000;  // LibTorch sorts the tokens of many for gradients
    Trainer trainer(config);
    for (int step = 0; step < 2; ++step) trainer.queue(trainer.batch()).read();  // memory is fetched in these
    std::deque<train::StepFigures> figures;
    {
      const NoWaiting no_waiting;
      for (int step = 0; step < 3; ++step) {
        const auto batch = trainer.batch();
        REQUIRE_NOTHROW(figures.push_back(trainer.queue(batch)));
      }
    }
    for (const auto& each : figures) CHECK(each.read().finite());
  }
  const auto x = torch::ones({2}, at::kCUDA);
  const NoWaiting no_waiting;
  CHECK_THROWS_WITH(x[0].item<float>(), Catch::Contains("synchroniz"));  // so the check can fail
}

TEST_CASE("figures from the GPU are those of the tensors", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const auto loss = torch::tensor(0.1F).to(at::kCUDA), norm = torch::tensor(INFINITY).to(at::kCUDA);
  const train::StepFigures figures(loss, norm);
  loss.fill_(7);
  const auto values = figures.read();
  CHECK(values.loss == static_cast<double>(0.1F));
  CHECK(std::isinf(values.norm));
  CHECK(train::not_finite(loss, norm).item<float>() == 1);
  CHECK(train::not_finite(loss, loss).item<float>() == 0);
}

TEST_CASE("a gated step on the GPU changes nothing where the gate is 1", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  auto layer = torch::nn::Linear(8, 8);
  layer->to(at::kCUDA);
  train::AdamW optimizer(*layer, {});
  const auto all = [&] {
    std::vector<at::Tensor> copies;
    for (const auto& parameter : layer->parameters()) copies.push_back(parameter.detach().clone());
    for (const auto& [name, tensor] : optimizer.state()) copies.push_back(tensor.clone());
    return copies;
  };
  const auto step = [&](float gradient) {
    for (auto& parameter : layer->parameters()) parameter.mutable_grad() = torch::full_like(parameter, gradient);
    const auto norm = optimizer.clip_gradients(1);
    optimizer.step(0.1, train::not_finite(norm, norm));
  };
  step(2);
  const auto before = all();
  step(NAN);
  const auto skipped = all();
  step(2);
  const auto after = all();
  for (std::size_t i = 0; i < before.size(); ++i) {
    INFO("tensor " << i);
    CHECK(at::equal(skipped[i], before[i]));
    CHECK_FALSE(at::equal(after[i], before[i]));
  }
}

TEST_CASE("a run on the GPU gives the same bits whether figures are read at once or late", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const test::TemporaryFolder folder;
  for (const bool bf16 : {true, false}) {
    INFO((bf16 ? "bf16" : "fp32"));
    const auto name = std::string(bf16 ? "low" : "full");
    const auto at_once = run(small_config(bf16), 0, folder.path() / (name + "0")),
               late = run(small_config(bf16), {}, folder.path() / (name + "1"));
    CHECK_THAT(late.first.lines, Catch::Contains("switch 6") && Catch::Contains("eval 12"));
    CHECK(late.first.lines == at_once.first.lines);
    CHECK(late.second == at_once.second);
  }
}

TEST_CASE("a run on the GPU that diverges skips and ends at the steps at which it would at once", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const test::TemporaryFolder folder;
  auto config = small_config(true);
  config.train.learning_rate = 1e30;
  config.train.warmup_steps = 0;
  const auto at_once = run(config, 0, folder.path() / "0").first.lines,
             late = run(config, {}, folder.path() / "1").first.lines;
  CHECK_THAT(late, Catch::Contains("3 steps in a row") || Catch::Contains("not finite"));
  CHECK(late == at_once);
}

TEST_CASE("a run on the GPU tells what it reached", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const test::TemporaryFolder folder;
  const auto log = run(small_config(true), {}, folder.path()).first;
  CHECK(log.start.products > 1e9);
  CHECK(log.rate.tokens > 0);
  CHECK(log.rate.flops > 0);
  CHECK(log.rate.flops < log.start.products);
  CHECK(nn::peak_device_memory() > 1 << 20);
}
