#include "cmgems/train/finetuner.h"

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/nn/heads.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "support/catch_torch.h"
#include "support/thrown.h"

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

namespace {

/// A pretrained folder of 3-mers with two layers.
std::filesystem::path write_encoder(const test::TemporaryFolder& folder) {
  const auto shape = config::shape_of(small_config().model, 69);
  nn::MaskedLm model(shape);
  nn::initialise(*model, config::PositionInit::normal, 11);
  nn::save_model(*model, {shape, 3, 0, ""}, folder.path() / "model");
  return folder.path() / "model";
}

/// Without dropout, at a rate that learns the separable task.
config::Config steady_config() {
  auto config = small_config();
  config.finetune.learning_rate = 5e-3;
  config.finetune.hidden_dropout_prob = config.finetune.attention_probs_dropout_prob = 0;
  return config;
}

/// Parameters of a kept classifier that differ from those of the pretrained encoder, by name.
std::vector<std::string> changed_parameters(const std::filesystem::path& pretrained,
                                            const std::filesystem::path& tuned) {
  const auto read = [](const std::filesystem::path& path) {
    const auto description = formats::read_model_description(path);
    nn::Classifier model(description.shape, 2, config::Pooling::cls);
    nn::load_weights(
        *model, path,
        description.classes > 0 ? std::vector<std::string>{} : std::vector<std::string>{"bert.pooler.", "classifier."});
    return model;
  };
  const auto before = read(pretrained), after = read(tuned);
  std::vector<std::string> changed;
  for (const auto& item : before->named_parameters()) {
    const bool fresh = item.key().starts_with("bert.pooler.") || item.key().starts_with("classifier.");
    if (!fresh && !item.value().equal(after->named_parameters()[item.key()])) changed.push_back(item.key());
  }
  return changed;
}

}  // namespace

TEST_CASE("a frozen encoder keeps its weights, and pooler and classifier learn", "[train]") {
  const test::TemporaryFolder folder;
  const auto pretrained = write_encoder(folder);
  const auto task = separable_task();
  auto config = steady_config();
  config.finetune.learning_rate = 5e-2;
  config.finetune.pooling = config::Pooling::mean;
  config.finetune.freeze = config::Freeze::encoder;
  const train::Finetuner finetuner(config, task, pretrained);
  train::FinetuneRunOptions options;
  options.keep_model = folder.path() / "tuned";
  const auto run = finetuner.run(all_rows(task), 3, options);
  CHECK(run.model.accuracy > 0.95);
  CHECK(changed_parameters(pretrained, folder.path() / "tuned").empty());
  const auto again = finetuner.run(all_rows(task), 3);  // on outputs of the test set that were computed before
  CHECK(again.final_loss == run.final_loss);
  CHECK(again.model.accuracy == run.model.accuracy);
}

TEST_CASE("a frozen encoder's outputs are those of the encoder", "[train]") {
  const test::TemporaryFolder folder;
  const auto pretrained = write_encoder(folder);
  const auto task = separable_task();
  for (auto pooling : {config::Pooling::cls, config::Pooling::mean}) {
    auto config = steady_config();
    config.finetune.pooling = pooling;
    config.finetune.epochs = 1;
    config.finetune.learning_rate = 1e-12;  // nothing is learned: the losses are those of the start
    config.compute.micro_batch_tokens = 100;
    const auto whole = train::Finetuner(config, task, pretrained).run(all_rows(task), 3);
    config.finetune.freeze = config::Freeze::encoder;
    const auto frozen = train::Finetuner(config, task, pretrained).run(all_rows(task), 3);
    CHECK(frozen.final_loss == Approx(whole.final_loss).epsilon(1e-6));
    CHECK(frozen.model.auc == Approx(whole.model.auc).margin(1e-3));
    const auto random = train::Finetuner(config, task, pretrained).run(all_rows(task), 3, {true, {}});
    CHECK(random.final_loss != frozen.final_loss);
  }
}

TEST_CASE("only the last layers are trained when the others are frozen", "[train]") {
  const test::TemporaryFolder folder;
  const auto pretrained = write_encoder(folder);
  const auto task = separable_task();
  auto config = steady_config();
  config.finetune.epochs = 2;
  config.finetune.freeze = config::Freeze::layers;
  train::FinetuneRunOptions options;
  options.keep_model = folder.path() / "tuned";
  train::Finetuner(config, task, pretrained).run(all_rows(task), 3, options);
  const auto changed = changed_parameters(pretrained, folder.path() / "tuned");
  CHECK(changed.size() >= 15);  // of 16: the bias of the keys has no effect
  for (const auto& name : changed) CHECK_THAT(name, Catch::StartsWith("bert.encoder.layer.1."));
  config.finetune.trained_layers = 3;
  CHECK(test::message_of<UsageError>([&] { train::Finetuner(config, task, pretrained); }) ==
        "finetune.trained_layers is 3, but the model has only 2 layers");
}

TEST_CASE("weights that another task has read give the same runs", "[train]") {
  const test::TemporaryFolder folder;
  const auto pretrained = write_encoder(folder);
  const auto task = separable_task();
  auto config = small_config();
  config.finetune.epochs = 1;
  const train::Finetuner first(config, task, pretrained);
  const train::Finetuner second(config, task, pretrained, first.weights());
  const auto run = first.run(all_rows(task), 3);
  CHECK(second.run(all_rows(task), 3).final_loss == run.final_loss);
  CHECK(first.run(all_rows(task), 3).final_loss == run.final_loss);  // training left them as they were
}

TEST_CASE("early stopping ends a training that no longer helps and scores the best epoch", "[train]") {
  auto task = separable_task();
  for (std::size_t i = 0; i < task.pool.examples.size(); ++i) {  // labels that sequences tell nothing about
    task.pool.examples[i].label = static_cast<int>(i / 2 % 2);
  }
  auto config = steady_config();
  config.finetune.epochs = 60;
  config.finetune.early_stopping = 2;
  const auto run = train::Finetuner(config, task, {}).run(all_rows(task), 3);
  CHECK(run.epochs < 60);
  REQUIRE(run.best_epoch);
  CHECK(run.epochs == *run.best_epoch + 2);
  config.finetune.early_stopping.reset();
  const auto full = train::Finetuner(config, task, {}).run(all_rows(task), 3);
  CHECK(full.epochs == 60);
  CHECK_FALSE(full.best_epoch);
}

TEST_CASE("early stopping looks at the dev table when there is one", "[train]") {
  auto task = separable_task();
  task.dev = separable_table(20, 5);
  auto config = steady_config();
  config.finetune.epochs = 3;
  config.finetune.early_stopping = 3;
  const auto run = train::Finetuner(config, task, {}).run(all_rows(task), 3);
  CHECK(run.epochs == 3);
  REQUIRE(run.dev);
  CHECK(run.dev->accuracy > 0.9);
  task.dev = std::nullopt;
  const auto part = train::Finetuner(config, task, {}).run(all_rows(task), 3);
  CHECK(part.final_loss != run.final_loss);  // a part of the draw was held out
}

TEST_CASE("a learning rate is chosen on held-out rows, then all rows are trained on", "[train]") {
  const auto task = separable_task();
  auto config = steady_config();
  const auto plain = train::Finetuner(config, task, {}).run(all_rows(task), 3);
  CHECK(plain.learning_rate == 5e-3);
  config.finetune.learning_rate.reset();
  config.finetune.learning_rates = {1e-12, 5e-3, 1e-9};
  std::int64_t last = 0, steps = 0;
  train::FinetuneRunOptions options;
  options.on_progress = [&](const train::FinetuneProgress& now) {
    CHECK(now.step >= last);
    last = now.step;
    steps = now.steps;
  };
  const auto chosen = train::Finetuner(config, task, {}).run(all_rows(task), 3, options);
  CHECK(chosen.learning_rate == 5e-3);
  CHECK(chosen.final_loss == plain.final_loss);
  CHECK(last == steps);
  CHECK(steps == 20 * 8 + 3 * 20 * 7);  // 40 rows in batches of 5, then three times 32 of them
}

TEST_CASE("balanced class weights change nothing when classes are balanced, and help the rare one", "[train]") {
  const auto task = separable_task();
  auto config = steady_config();
  config.finetune.epochs = 2;
  const auto losses = [&](const std::vector<std::size_t>& rows) {
    config.finetune.class_weights = config::ClassWeights::none;
    const double none = train::Finetuner(config, task, {}).run(rows, 3).final_loss;
    config.finetune.class_weights = config::ClassWeights::balanced;
    return std::pair(none, train::Finetuner(config, task, {}).run(rows, 3).final_loss);
  };
  const auto [none, balanced] = losses(all_rows(task));
  CHECK(balanced == Approx(none).epsilon(1e-5));
  const auto [rare, weighted] = losses({0, 2, 4, 6, 8, 10, 12, 14, 16, 1});  // one row of class 1
  CHECK(std::abs(weighted - rare) > 1e-3);
}

TEST_CASE("names of classes are kept in the model folder", "[train]") {
  const test::TemporaryFolder folder;
  auto task = separable_task();
  task.labels = {"at rich", "gc rich"};
  auto config = small_config();
  config.finetune.epochs = 1;
  train::FinetuneRunOptions options;
  options.keep_model = folder.path() / "model";
  train::Finetuner(config, task, {}).run(all_rows(task), 3, options);
  CHECK(formats::read_model_description(folder.path() / "model").labels == task.labels);
}
