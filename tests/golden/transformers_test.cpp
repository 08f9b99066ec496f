// Logits equal to transformers' BertForMaskedLM and BertForSequenceClassification with the same weights, in fp32: from
// a golden file (scripts/golden/bert_tiny.py), and live at full size when CMGEMS_TEST_PYTHON names a Python with
// transformers.
#include <cstdlib>

#include "cmgems/base/random.h"
#include "cmgems/formats/safetensors.h"
#include "cmgems/nn/heads.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "support/catch_torch.h"

using namespace cmgems;
using namespace cmgems::nn;

namespace {

constexpr double kTolerance = 1e-4;

at::Tensor tensor_of(const formats::SafetensorsFile& file, const std::string& name) {
  const auto* view = file.find(name);
  REQUIRE(view != nullptr);
  const auto type = view->dtype == formats::DType::f32   ? at::kFloat
                    : view->dtype == formats::DType::i64 ? at::kLong
                                                         : at::kInt;
  return torch::from_blob(const_cast<std::byte*>(view->bytes.data()), view->shape, type).clone();
}

/// Windows of random k-mers and [MASK]s as a ragged batch in which every token counts as masked.
corpus::RaggedBatch random_windows(const std::vector<int>& lengths, int vocabulary) {
  corpus::RaggedBatch batch;
  RandomStream random(11, Purpose::synthetic);
  for (const int length : lengths) {
    std::vector<kmer::TokenId> tokens;
    for (int i = 0; i < length; ++i)
      tokens.push_back(4 + static_cast<int>(random.below(static_cast<std::uint32_t>(vocabulary - 4))));
    corpus::append_window(batch, tokens);
  }
  return batch;
}

void select_everything(corpus::RaggedBatch& batch) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(batch.tokens()); ++i) batch.masked.push_back(i);
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

/// Runs transformers on the batch; an empty tensor when no Python is named.
at::Tensor transformers_logits(const std::filesystem::path& folder, const std::filesystem::path& model,
                               const corpus::RaggedBatch& batch, bool classify) {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  if (python == nullptr || *python == '\0') return {};
  const auto bytes = [](const auto& values) { return std::as_bytes(std::span(values)); };
  std::vector<formats::TensorView> views{
      {"ids", formats::DType::i64, {static_cast<std::int64_t>(batch.ids.size())}, bytes(batch.ids)},
      {"cu_seqlens",
       formats::DType::i32,
       {static_cast<std::int64_t>(batch.cu_seqlens.size())},
       bytes(batch.cu_seqlens)}};
  if (classify)
    views.push_back({"classify",
                     formats::DType::i32,
                     {static_cast<std::int64_t>(batch.cu_seqlens.size())},
                     bytes(batch.cu_seqlens)});
  formats::write_safetensors(folder / "input.safetensors", views);
  const std::string command = std::string(python) + " " +
                              (test::source_folder() / "tests/golden/transformers_logits.py").string() + " " +
                              model.string() + " " + (folder / "input.safetensors").string() + " " +
                              (folder / "output.safetensors").string() + " > " + (folder / "log").string() + " 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  return tensor_of(formats::SafetensorsFile(folder / "output.safetensors"), "logits");
}

}  // namespace

TEST_CASE("logits equal the golden ones of transformers", "[golden]") {
  const auto folder = test::source_folder() / "tests" / "golden" / "bert_tiny";
  const formats::SafetensorsFile expected(folder / "expected.safetensors");
  const auto description = formats::read_model_description(folder);
  CHECK(description.k == 3);
  MaskedLm model(description.shape);
  CHECK(load_weights(*model, folder).empty());

  const auto ids = tensor_of(expected, "ids"), edges = tensor_of(expected, "cu_seqlens");
  corpus::RaggedBatch batch;
  for (std::int64_t w = 0; w + 1 < edges.numel(); ++w) {
    std::vector<kmer::TokenId> tokens;
    for (int i = edges[w].item<int>() + 1; i < edges[w + 1].item<int>() - 1; ++i) tokens.push_back(ids[i].item<int>());
    corpus::append_window(batch, tokens);
  }
  select_everything(batch);
  torch::NoGradGuard no_grad;
  Pass pass;
  const auto logits = model->forward(to_ragged(batch, at::kCPU), select_masked(batch, at::kCPU), pass);
  CHECK(largest_difference(logits, tensor_of(expected, "logits")) < kTolerance);
}

TEST_CASE("transformers gives the same logits for a folder that cmgems wrote, LOGO and DNABERT sizes", "[golden]") {
  if (std::getenv("CMGEMS_TEST_PYTHON") == nullptr) CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  for (const int layers : {2, 12}) {
    test::TemporaryFolder folder;
    formats::BertShape shape;
    shape.num_hidden_layers = layers;
    if (layers == 12) shape.hidden_size = 768, shape.num_attention_heads = 12;
    MaskedLm model(shape);
    initialise(*model, config::PositionInit::sinusoidal, 5);
    save_model(*model, {shape, 6, 0, ""}, folder.path() / "model");
    auto batch = random_windows({510, 510, 77, 5}, shape.vocab_size);
    select_everything(batch);
    torch::NoGradGuard no_grad;
    Pass pass;
    const auto logits = model->forward(to_ragged(batch, at::kCPU), select_masked(batch, at::kCPU), pass);
    const double difference =
        largest_difference(logits, transformers_logits(folder.path(), folder.path() / "model", batch, false));
    std::cout << "largest difference to transformers, " << layers << " layers: " << difference << '\n';
    CHECK(difference < kTolerance);
  }
}

TEST_CASE("transformers gives the same class scores for a classifier that cmgems wrote", "[golden]") {
  if (std::getenv("CMGEMS_TEST_PYTHON") == nullptr) CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  test::TemporaryFolder folder;
  const formats::BertShape shape;
  Classifier model(shape, 3, config::Pooling::cls);
  initialise(*model, config::PositionInit::normal, 5);
  save_model(*model, {shape, 6, 3, "cls"}, folder.path() / "model");
  const auto batch = random_windows({70, 70, 33}, shape.vocab_size);
  torch::NoGradGuard no_grad;
  Pass pass;
  const auto logits = model->forward(to_ragged(batch, at::kCPU), pass);
  CHECK(largest_difference(logits, transformers_logits(folder.path(), folder.path() / "model", batch, true)) <
        kTolerance);
}
