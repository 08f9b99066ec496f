// Probabilities, embeddings and attention equal to those of transformers for small random model folders: from golden
// files (scripts/golden/infer.py), and live when CMGEMS_TEST_PYTHON names a Python with transformers.
#include <cstdlib>
#include <memory>

#include "cmgems/formats/safetensors.h"
#include "cmgems/infer/attention.h"
#include "cmgems/infer/embedder.h"
#include "cmgems/infer/predictor.h"
#include "support/catch_torch.h"
#include "support/tiny_model.h"

using namespace cmgems;

namespace {

constexpr double kTolerance = 1e-5;
const std::vector<std::string> kSequences{"ACGTACGATT", "TTGACCATNGGAC", "GGG"};  // 8, 11 and 1 3-mers
/// Those of the golden files: the last has 58 3-mers, three pieces of a model of 24 positions.
const std::vector<std::string> kGoldenSequences{"ACGTACGATT", "TTGACCATNGGAC", "GGG",
                                                "ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCAGGATCCNATTACGCTCAGTA"};

at::Tensor tensor_of(const formats::SafetensorsFile& file, const std::string& name) {
  const auto* view = file.find(name);
  REQUIRE(view != nullptr);
  return torch::from_blob(const_cast<std::byte*>(view->bytes.data()), view->shape, at::kFloat).clone();
}

/// What transformers says of the sequences.
class Peer {
 public:
  Peer(const std::filesystem::path& folder, const infer::Model& model) {
    corpus::RaggedBatch batch;
    for (const auto& sequence : kSequences) corpus::append_window(batch, kmer::tokenize(model.vocabulary, sequence));
    const auto bytes = [](const auto& values) { return std::as_bytes(std::span(values)); };
    const std::vector<formats::TensorView> views{
        {"ids", formats::DType::i64, {static_cast<std::int64_t>(batch.ids.size())}, bytes(batch.ids)},
        {"cu_seqlens",
         formats::DType::i32,
         {static_cast<std::int64_t>(batch.cu_seqlens.size())},
         bytes(batch.cu_seqlens)}};
    formats::write_safetensors(folder / "input.safetensors", views);
    const std::string command = std::string(std::getenv("CMGEMS_TEST_PYTHON")) + " " +
                                (test::source_folder() / "tests/golden/transformers_states.py").string() + " " +
                                (folder / "m").string() + " " + (folder / "input.safetensors").string() + " " +
                                (folder / "output.safetensors").string() + " > " + (folder / "log").string() + " 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
    file_ = std::make_unique<formats::SafetensorsFile>(folder / "output.safetensors");
  }

  at::Tensor operator[](const std::string& name) const { return tensor_of(*file_, name); }

 private:
  std::unique_ptr<formats::SafetensorsFile> file_;
};

tasks::SequenceRecord record(const std::string& sequence) { return {"s", sequence, {}, "s"}; }

at::Tensor embeddings(const infer::Model& model, const infer::EmbeddingOptions& options,
                      const std::vector<std::string>& sequences = kSequences) {
  std::vector<float> values;
  infer::Embedder embedder(model, options, [&](const infer::EmbeddedRows& rows) {
    values.insert(values.end(), rows.values.begin(), rows.values.end());
  });
  for (const auto& sequence : sequences) embedder.add(record(sequence));
  embedder.finish();
  return torch::tensor(values).view({-1, model.description.shape.hidden_size});
}

/// Of three classes: [sequences, 3]
at::Tensor probabilities(infer::Model& model, nn::Average average, const std::vector<std::string>& sequences) {
  std::vector<double> values;
  infer::Predictor predictor(model, average, [&](const infer::Prediction& prediction) {
    values.insert(values.end(), prediction.probabilities.begin(), prediction.probabilities.end());
  });
  for (const auto& sequence : sequences) predictor.add(record(sequence));
  predictor.finish();
  return torch::tensor(values, at::kDouble).to(at::kFloat).view({-1, 3});
}

/// Of both layers for the first sequence: [2, heads, tokens, tokens]
at::Tensor attention(const infer::Model& model) {
  const auto maps = infer::attention_of(model, record(kSequences[0]), {0, 1});
  return torch::tensor(maps.values).view({2, maps.heads, maps.tokens(), maps.tokens()});
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a - b).abs().max().item<double>();
}

bool no_peer() {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  return python == nullptr || *python == '\0';
}

}  // namespace

TEST_CASE("embeddings and attention are those of the golden files, of pieces too", "[golden]") {
  const auto golden = test::source_folder() / "tests" / "golden";
  const formats::SafetensorsFile expected(golden / "infer" / "expected.safetensors");
  for (const std::int64_t budget : {4096, 30}) {  // tokens; with 30 a batch ends within the long sequence
    const auto model = infer::load_model(golden / "bert_tiny", test::tiny_runtime(budget));
    for (int layer = 0; layer <= 2; ++layer) {
      const auto differs = [&](infer::Pool pool, const std::string& name) {
        return largest_difference(embeddings(model, {pool, layer}, kGoldenSequences), tensor_of(expected, name)[layer]);
      };
      CHECK(differs(infer::Pool::tokens, "tokens") < kTolerance);
      CHECK(differs(infer::Pool::mean, "mean") < kTolerance);
      CHECK(differs(infer::Pool::cls, "cls") < kTolerance);
    }
    CHECK(largest_difference(attention(model), tensor_of(expected, "attentions")) < kTolerance);
  }
}

TEST_CASE("class probabilities are those of the golden files, by either average of pieces", "[golden]") {
  const auto golden = test::source_folder() / "tests" / "golden" / "infer";
  const formats::SafetensorsFile expected(golden / "expected.safetensors");
  for (const std::int64_t budget : {4096, 30}) {
    auto model = infer::load_model(golden / "classifier", test::tiny_runtime(budget));
    const auto differs = [&](nn::Average average, const std::string& name) {
      return largest_difference(probabilities(model, average, kGoldenSequences), tensor_of(expected, name));
    };
    CHECK(differs(nn::Average::pooled, "probabilities_pooled") < kTolerance);
    CHECK(differs(nn::Average::logits, "probabilities_logits") < kTolerance);
  }
}

TEST_CASE("class probabilities and attention are those of transformers", "[golden]") {
  if (no_peer()) CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 3);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const Peer peer(folder.path(), model);
  CHECK(largest_difference(probabilities(model, nn::Average::pooled, kSequences), peer["probabilities"]) < kTolerance);
  CHECK(largest_difference(attention(model), peer["attentions"]) < kTolerance);
}

TEST_CASE("embeddings of every layer are those of transformers", "[golden]") {
  if (no_peer()) CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const Peer peer(folder.path(), model);
  const auto states = peer["hidden_states"];  // [layers + 1, 10 + 13 + 3, H]
  for (int layer = 0; layer <= 2; ++layer) {
    const auto expected = states[layer];
    const auto kmers = torch::cat({expected.narrow(0, 1, 8), expected.narrow(0, 11, 11), expected.narrow(0, 24, 1)});
    CHECK(largest_difference(embeddings(model, {infer::Pool::tokens, layer}), kmers) < kTolerance);
    const auto means = torch::stack({kmers.narrow(0, 0, 8).mean(0), kmers.narrow(0, 8, 11).mean(0), kmers[19]});
    CHECK(largest_difference(embeddings(model, {infer::Pool::mean, layer}), means) < kTolerance);
    const auto first = torch::stack({expected[0], expected[10], expected[23]});
    CHECK(largest_difference(embeddings(model, {infer::Pool::cls, layer}), first) < kTolerance);
  }
}
