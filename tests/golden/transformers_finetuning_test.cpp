// Fine-tuning equal to that of a PyTorch script on transformers' BertForSequenceClassification: same initial weights,
// same order of rows, no dropout, 40 steps. Needs CMGEMS_TEST_PYTHON.
#include <cmath>
#include <cstdlib>
#include <deque>

#include "cmgems/base/random.h"
#include "cmgems/curriculum/learning_rate.h"
#include "cmgems/formats/safetensors.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "finetune_fit.h"
#include "support/catch_torch.h"

using namespace cmgems;

namespace {

constexpr std::int64_t kClasses = 3, kRows = 40, kBatch = 5, kEpochs = 5, kSteps = kEpochs * kRows / kBatch;
constexpr std::uint64_t kSeed = 3;
constexpr double kRate = 1e-3;

formats::ModelDescription small_description() {
  formats::ModelDescription description;
  description.k = 3;
  description.classes = kClasses;
  description.pooling = "cls";
  auto& shape = description.shape;
  shape.vocab_size = 69;
  shape.max_position_embeddings = 64;
  shape.hidden_size = 32;
  shape.intermediate_size = 96;
  return description;
}

/// Rows of 5 to 60 k-mers; the label says which third of the vocabulary most of them come from.
train::TokenRows random_rows(std::size_t rows, std::uint64_t stream) {
  train::TokenRows table;
  RandomStream random(11, Purpose::synthetic, stream);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto label = random.below(kClasses);
    std::vector<kmer::TokenId> tokens(5 + random.below(56));
    for (auto& token : tokens) {
      const auto third = random.uniform() < 0.4 ? label : random.below(kClasses);
      token = static_cast<kmer::TokenId>(5 + 21 * third + random.below(21));
    }
    table.tokens.push_back(tokens);
    table.labels.push_back(label);
  }
  return table;
}

/// Named arrays of one safetensors file.
class Arrays {
 public:
  void add(const std::string& name, std::vector<std::int64_t> values, std::vector<std::int64_t> shape = {}) {
    if (shape.empty()) shape = {static_cast<std::int64_t>(values.size())};
    whole_.push_back(std::move(values));
    views_.push_back({name, formats::DType::i64, shape, std::as_bytes(std::span(whole_.back()))});
  }
  void add(const std::string& name, std::vector<double> values) {
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(values.size())};
    real_.push_back(std::move(values));
    views_.push_back({name, formats::DType::f64, shape, std::as_bytes(std::span(real_.back()))});
  }
  void add_rows(const std::string& prefix, const train::TokenRows& rows) {
    std::vector<std::int64_t> ids, edges{0};
    for (const auto& tokens : rows.tokens) {
      ids.insert(ids.end(), tokens.begin(), tokens.end());
      edges.push_back(static_cast<std::int64_t>(ids.size()));
    }
    add(prefix + "ids", ids);
    add(prefix + "edges", edges);
  }
  void write(const std::filesystem::path& path) const { formats::write_safetensors(path, views_); }

 private:
  std::deque<std::vector<std::int64_t>> whole_;
  std::deque<std::vector<double>> real_;
  std::vector<formats::TensorView> views_;
};

/// Which training rows each step takes, and its learning rate.
void add_steps(Arrays& input) {
  std::vector<std::size_t> rows(kRows);
  for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = row;
  std::vector<std::int64_t> batches;
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    for (const auto row : train::shuffled(rows, kSeed, epoch)) batches.push_back(static_cast<std::int64_t>(row));
  }
  std::vector<double> rates;  // up over a tenth of the steps, then down to 0
  for (std::int64_t step = 0; step < kSteps; ++step) {
    rates.push_back(kRate * curriculum::linear_warmup_decay(step, kSteps / 10, kSteps));
  }
  input.add("batches", batches, {kSteps, kBatch});
  input.add("rates", rates);
}

at::Tensor tensor_of(const formats::SafetensorsFile& file, const std::string& name) {
  const auto* view = file.find(name);
  REQUIRE(view != nullptr);
  const auto type = view->dtype == formats::DType::f64 ? at::kDouble : at::kFloat;
  return torch::from_blob(const_cast<std::byte*>(view->bytes.data()), view->shape, type).to(at::kDouble);
}

}  // namespace

TEST_CASE("forty steps of fine-tuning equal those of a PyTorch script", "[golden]") {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  if (python == nullptr || *python == '\0') CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  const auto train_rows = random_rows(kRows, 1), test_rows = random_rows(20, 2);
  for (const bool weighted : {false, true}) {
    const test::TemporaryFolder folder;
    const std::vector<double> weights = weighted ? std::vector<double>{0.5, 1.0, 2.5} : std::vector<double>{1, 1, 1};
    auto model = train::make_classifier(small_description(), kSeed, {});
    {
      const torch::NoGradGuard no_grad;  // away from uniform attention
      for (auto& parameter : model->parameters())
        if (parameter.dim() > 1) parameter.mul_(3);
    }
    nn::save_model(*model, small_description(), folder.path() / "model");
    Arrays input;
    input.add_rows("", train_rows);
    input.add_rows("test_", test_rows);
    input.add("labels", train_rows.labels);
    input.add("class_weights", weights);
    add_steps(input);
    input.write(folder.path() / "input.safetensors");
    const std::string command =
        std::string(python) + " " + (test::source_folder() / "tests/golden/transformers_finetuning.py").string() + " " +
        (folder.path() / "model").string() + " " + (folder.path() / "input.safetensors").string() + " " +
        (folder.path() / "output.safetensors").string() + " > " + (folder.path() / "log").string() + " 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
    const formats::SafetensorsFile output(folder.path() / "output.safetensors");
    const auto losses = tensor_of(output, "losses");
    const auto expected = at::softmax(tensor_of(output, "logits"), -1);

    const nn::Runtime runtime;
    train::Fit fit{model, train_rows, runtime, kSeed};
    if (weighted) fit.class_weights = at::tensor(at::ArrayRef<double>(weights), at::kFloat);
    const auto result = train::train_classifier(fit, {kEpochs, kRate, kBatch}, {}, nullptr, [](std::int64_t) {});
    const double last = losses.narrow(0, kSteps - kRows / kBatch, kRows / kBatch).mean().item<double>();
    const auto found = train::probabilities_of({model, test_rows, runtime, kSeed}, [](std::size_t) {});
    const auto probabilities = at::tensor(at::ArrayRef<double>(found), at::kDouble).view({-1, kClasses});
    const double logits = (probabilities.log() - expected.log()).abs().max().item<double>();
    std::cout << (weighted ? "with" : "without") << " class weights: difference of the last epoch's loss "
              << std::abs(result.last_loss - last) << ", largest of the logs of test probabilities " << logits << '\n';
    CHECK(losses[0].item<double>() - last > 0.01);  // the steps did something
    CHECK(std::abs(result.last_loss - last) < 1e-4);
    CHECK(logits < 1e-4);
  }
}
