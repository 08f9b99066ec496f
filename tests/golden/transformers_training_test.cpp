// Training equal to that of transformers and PyTorch in fp32, padded there and ragged here: loss and every gradient of
// a batch, and the losses of ten optimizer steps; and the rival of the benches equal to transformers. Needs
// CMGEMS_TEST_PYTHON.
#include <cstdlib>

#include "cmgems/base/random.h"
#include "cmgems/formats/safetensors.h"
#include "cmgems/nn/heads.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "support/catch_torch.h"

using namespace cmgems;
using namespace cmgems::nn;

namespace {

constexpr int kSteps = 10, kWindows = 6;

formats::BertShape small_shape(bool dnabert) {
  formats::BertShape shape;  // LOGO's: two layers, eight heads, a wide feed-forward
  shape.vocab_size = 261;
  shape.max_position_embeddings = 64;
  shape.hidden_size = dnabert ? 48 : 32;
  shape.num_hidden_layers = dnabert ? 4 : 2;
  shape.num_attention_heads = dnabert ? 12 : 8;
  shape.intermediate_size = dnabert ? 4 * 48 : 12 * 32;
  return shape;
}

/// Windows of 5 to 60 k-mers, 15% masked.
corpus::RaggedBatch random_batch(std::uint64_t step, int vocabulary) {
  RandomStream random(11, Purpose::synthetic, step);
  std::vector<corpus::MaskedExample> examples(kWindows);
  for (auto& example : examples) {
    const auto length = 5 + random.below(56);
    for (std::uint32_t i = 0; i < length; ++i) {
      auto token = static_cast<kmer::TokenId>(5 + random.below(static_cast<std::uint32_t>(vocabulary - 5)));
      if (i == 2 || random.uniform() < 0.15) {
        example.positions.push_back(i);
        example.labels.push_back(token);
        token = 4;
      }
      example.tokens.push_back(token);
    }
  }
  return corpus::pack(examples, 0).at(0);
}

/// All batches back to back, for the script.
void write_input(const std::filesystem::path& path, const std::vector<corpus::RaggedBatch>& batches) {
  std::vector<std::int64_t> ids, edges{0}, masked, labels, windows;
  for (const auto& batch : batches) {
    const auto first = static_cast<std::int64_t>(ids.size());
    ids.insert(ids.end(), batch.ids.begin(), batch.ids.end());
    for (std::size_t w = 1; w < batch.cu_seqlens.size(); ++w) edges.push_back(first + batch.cu_seqlens[w]);
    for (const auto token : batch.masked) masked.push_back(first + token);
    labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
    windows.push_back(static_cast<std::int64_t>(batch.windows()));
  }
  std::vector<formats::TensorView> views;
  const auto add = [&](const char* name, const std::vector<std::int64_t>& values) {
    views.push_back(
        {name, formats::DType::i64, {static_cast<std::int64_t>(values.size())}, std::as_bytes(std::span(values))});
  };
  add("ids", ids), add("cu_seqlens", edges), add("masked", masked), add("labels", labels),
      add("batch_windows", windows);
  formats::write_safetensors(path, views);
}

at::Tensor tensor_of(const formats::SafetensorsFile& file, const std::string& name) {
  const auto* view = file.find(name);
  REQUIRE(view != nullptr);
  const auto type = view->dtype == formats::DType::f64 ? at::kDouble : at::kFloat;
  return torch::from_blob(const_cast<std::byte*>(view->bytes.data()), view->shape, type).clone();
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("the packed rival that speed is compared with computes what transformers does", "[golden]") {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  if (python == nullptr || *python == '\0') CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  for (const std::string options : {"", " --dtype bf16"}) {
    const std::string command = std::string(python) + " " +
                                (test::source_folder() / "tests/bench/packed_peer.py").string() +
                                " --check --no-compile" + options;
    INFO(command);
    CHECK(std::system(command.c_str()) == 0);
  }
}

TEST_CASE("loss, gradients and ten AdamW steps equal those of transformers", "[golden]") {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  if (python == nullptr || *python == '\0') CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  for (const bool dnabert : {false, true}) {
    test::TemporaryFolder folder;
    const auto shape = small_shape(dnabert);
    MaskedLm model(shape);
    initialise(*model, config::PositionInit::normal, 5);
    {
      const torch::NoGradGuard no_grad;  // attention far from uniform, gradients of every parameter well above rounding
      for (auto& parameter : model->parameters())
        if (parameter.dim() > 1) parameter.mul_(4);
    }
    save_model(*model, {shape, 3, 0, ""}, folder.path() / "model");
    std::vector<corpus::RaggedBatch> batches;
    for (std::uint64_t step = 0; step < kSteps; ++step) batches.push_back(random_batch(step, shape.vocab_size));
    write_input(folder.path() / "input.safetensors", batches);
    const std::string command =
        std::string(python) + " " + (test::source_folder() / "tests/golden/transformers_training.py").string() + " " +
        (folder.path() / "model").string() + " " + (folder.path() / "input.safetensors").string() + " " +
        (folder.path() / "output.safetensors").string() + " > " + (folder.path() / "log").string() + " 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
    const formats::SafetensorsFile output(folder.path() / "output.safetensors");
    const auto losses = tensor_of(output, "losses");

    train::AdamW optimizer(*model, {0.9, 0.98, 1e-6, 0.01});
    double worst_gradient = 0, worst_loss = 0;
    for (std::int64_t step = 0; step < kSteps; ++step) {
      const double loss =
          train::accumulate_gradients(model, {&batches[static_cast<std::size_t>(step)], 1}, {}, 0, step).item<double>();
      worst_loss = std::max(worst_loss, std::abs(loss - losses[step].item<double>()));
      if (step == 0) {
        for (const auto& item : model->named_parameters()) {
          const auto expected = tensor_of(output, "gradient." + item.key());
          const double difference = largest_difference(item.value().grad(), expected);
          INFO(item.key() << ", largest entry " << expected.abs().max().item<double>());
          CHECK(difference < 1e-6 + 1e-5 * expected.abs().max().item<double>());
          worst_gradient = std::max(worst_gradient, difference);
        }
      }
      optimizer.clip_gradients(1.0);
      optimizer.step(1e-3);
      optimizer.clear_gradients();
    }
    std::cout << (dnabert ? "DNABERT-like" : "LOGO-like") << ": largest difference of a gradient " << worst_gradient
              << ", of the loss in " << kSteps << " steps " << worst_loss << '\n';
    CHECK(std::abs(losses[kSteps - 1].item<double>() - losses[0].item<double>()) > 0.01);  // the steps did something
    CHECK(worst_loss < 1e-5);
  }
}
