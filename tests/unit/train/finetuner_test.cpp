#include "cmgems/train/finetuner.h"

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/nn/heads.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "support/catch_torch.h"

using namespace cmgems;

namespace {

/// Label 1 holds only G and C, label 0 only A and T: one token tells.
tasks::LabelledTable separable_table(std::size_t rows, std::uint64_t stream) {
  tasks::LabelledTable table;
  RandomStream random(stream, Purpose::synthetic);
  for (std::size_t row = 0; row < rows; ++row) {
    const int label = static_cast<int>(row % 2);
    std::string sequence;
    for (int i = 0; i < 12; ++i) sequence += (label == 1 ? "GC" : "AT")[random.below(2)];
    table.examples.push_back({sequence, label});
  }
  return table;
}

config::Config small_config() {
  config::Config config;
  config.data.k = 3;
  config.model.preset = config::Preset::logo;
  config.model.hidden_size = 16;
  config.model.intermediate_size = 32;
  config.model.num_attention_heads = 2;
  config.compute.device = config::DeviceChoice::cpu;
  return config;
}

tasks::TaskData separable_task() {
  tasks::TaskData task;
  task.name = "separable";
  task.pool = separable_table(40, 1);
  task.test = separable_table(100, 2);
  task.classes = 2;
  return task;
}

std::vector<std::size_t> all_rows(const tasks::TaskData& task) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < task.pool.examples.size(); ++i) rows.push_back(i);
  return rows;
}

}  // namespace

TEST_CASE("published hyper-parameters by rows per class, the configuration's on top", "[train]") {
  CHECK(train::finetune_plan({}, 10).epochs == 20);
  CHECK(train::finetune_plan({}, 100).learning_rate == 4e-4);
  CHECK(train::finetune_plan({}, 100).batch_size == 5);
  CHECK(train::finetune_plan({}, 500).epochs == 5);
  CHECK(train::finetune_plan({}, 500).learning_rate == 5e-5);
  CHECK(train::finetune_plan({}, 500).batch_size == 15);
  config::FinetuneOptions own;
  own.epochs = 3;
  CHECK(train::finetune_plan(own, 10).epochs == 3);
}

TEST_CASE("a separable task is learned with both poolings, equal runs for equal seeds", "[train]") {
  const auto task = separable_task();
  for (auto pooling : {config::Pooling::cls, config::Pooling::mean}) {
    auto config = small_config();
    config.finetune.pooling = pooling;
    config.finetune.learning_rate = 5e-3;
    const auto run = train::Finetuner(config, task, {}).run(all_rows(task), 3);
    CHECK(run.model.accuracy > 0.95);
    CHECK_FALSE(run.collapsed);
    CHECK(train::Finetuner(config, task, {}).run(all_rows(task), 3).final_loss == run.final_loss);
    CHECK(train::Finetuner(config, task, {}).run(all_rows(task), 4).final_loss != run.final_loss);
  }
}

TEST_CASE("a kept classifier is a model folder with its labels", "[train]") {
  test::TemporaryFolder folder;
  const auto task = separable_task();
  auto config = small_config();
  config.finetune.epochs = 1;
  train::FinetuneRunOptions options;
  options.keep_model = folder.path() / "model";
  train::Finetuner(config, task, {}).run(all_rows(task), 3, options);
  const auto description = formats::read_model_description(folder.path() / "model");
  CHECK(description.classes == 2);
  CHECK(description.k == 3);
  nn::Classifier classifier(description.shape, 2, config::Pooling::cls);
  CHECK(nn::load_weights(*classifier, folder.path() / "model").empty());
}

TEST_CASE("sequences longer than the model's positions are learned from their pieces", "[train]") {
  test::TemporaryFolder folder;
  formats::BertShape shape;
  shape.vocab_size = 69;
  shape.hidden_size = 16;
  shape.num_attention_heads = 2;
  shape.intermediate_size = 32;
  shape.max_position_embeddings = 8;  // the tables' 10 tokens are two pieces of 5
  nn::MaskedLm model(shape);
  nn::initialise(*model, config::PositionInit::normal, 1);
  nn::save_model(*model, {shape, 3, 0, ""}, folder.path() / "model");
  auto config = small_config();
  config.finetune.learning_rate = 5e-3;
  const auto task = separable_task();
  const auto run = train::Finetuner(config, task, folder.path() / "model").run(all_rows(task), 3);
  CHECK(run.model.accuracy > 0.95);
}

TEST_CASE("a damaged model is refused before any run", "[train]") {
  test::TemporaryFolder folder;
  const auto task = separable_task();
  const auto config = small_config();
  const auto shape = config::shape_of(config.model, 69);
  nn::save_model(*nn::MaskedLm(shape), {shape, 3, 0, ""}, folder.path() / "model");
  train::Finetuner(config, task, folder.path() / "model");
  folder.write("model/model.safetensors", "short");
  CHECK_THROWS_AS(train::Finetuner(config, task, folder.path() / "model"), DataError);
}

TEST_CASE("random weights start as those of the model folder did", "[train]") {
  test::TemporaryFolder folder;
  const auto task = separable_task();
  auto sinusoidal = small_config();
  sinusoidal.model.position_init = config::PositionInit::sinusoidal;
  const auto shape = config::shape_of(sinusoidal.model, 69);
  nn::save_model(*nn::MaskedLm(shape), {shape, 3, 0, "", config::PositionInit::sinusoidal}, folder.path() / "model");
  train::FinetuneRunOptions random;
  random.random_weights = true;
  const auto config = small_config();  // says normal, but the model folder counts
  const auto beside = train::Finetuner(config, task, folder.path() / "model").run(all_rows(task), 3, random);
  CHECK(beside.final_loss == train::Finetuner(sinusoidal, task, {}).run(all_rows(task), 3).final_loss);
  CHECK(beside.final_loss != train::Finetuner(config, task, {}).run(all_rows(task), 3).final_loss);
}

TEST_CASE("progress counts every step, then every scored row", "[train]") {
  const auto task = separable_task();
  auto config = small_config();
  config.finetune.epochs = 2;
  config.compute.micro_batch_tokens = 600;  // 12 tokens a row: 50 rows a scored batch
  std::vector<std::int64_t> steps;
  std::vector<std::size_t> scored;
  train::FinetuneRunOptions options;
  options.on_progress = [&](const train::FinetuneProgress& now) {
    (now.scored_rows > 0 ? void(scored.push_back(now.scored_rows)) : steps.push_back(now.step));
    CHECK(now.steps == 6);
    CHECK(now.test_rows == 100);
  };
  train::Finetuner(config, task, {}).run({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 3, options);  // batches of 5, 5, 2
  CHECK(steps == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6});
  CHECK(scored == std::vector<std::size_t>{50, 100});
}
