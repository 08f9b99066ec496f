#include "cmgems/infer/model.h"

#include <limits>

#include "cmgems/base/error.h"
#include "support/catch_torch.h"
#include "support/thrown.h"
#include "support/tiny_model.h"

using namespace cmgems;

namespace {

tasks::SequenceRecord record(std::string sequence) { return {"s", std::move(sequence), {}, "s.fa: sequence 1 ('s')"}; }

}  // namespace

TEST_CASE("a model is one of two kinds, with its vocabulary and its longest window", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "masked", 0);
  test::write_tiny_model(folder.path() / "classes", 3, "mean");
  const auto masked = infer::load_model(folder.path() / "masked", test::tiny_runtime());
  CHECK_FALSE(masked.classifies());
  CHECK(masked.classifier.is_empty());
  CHECK(masked.vocabulary.k() == 3);
  CHECK(masked.longest == 14);  // 16 positions, two of them for [CLS] and [SEP]
  CHECK(masked.encoder()->layers->size() == 2);
  const auto classes = infer::load_model(folder.path() / "classes", test::tiny_runtime());
  CHECK(classes.classifies());
  CHECK(classes.masked_lm.is_empty());
  CHECK(classes.classifier->pooling == config::Pooling::mean);
  CHECK(infer::label_names(classes.description) == std::vector<std::string>{"LABEL_0", "LABEL_1", "LABEL_2"});
  CHECK(infer::label_names(masked.description).empty());
  CHECK_THROWS_AS(infer::load_model(folder.path() / "none", test::tiny_runtime()), InputNotFound);
  std::filesystem::resize_file(folder.path() / "masked" / "model.safetensors", 100);
  CHECK_THROWS_AS(infer::load_model(folder.path() / "masked", test::tiny_runtime()), DataError);
}

TEST_CASE("tokens of sequences, unless one is shorter than k", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  CHECK(infer::tokens_of(model, record("AAATN")) == std::vector<kmer::TokenId>{5, 6, kmer::kUnk});
  infer::check_length(model, record("AAA"));
  CHECK(test::message_of<DataError>([&] { infer::check_length(model, record("AA")); }) ==
        "s.fa: sequence 1 ('s') has 2 bases, fewer than one k-mer of 3; remove it");
  CHECK_THROWS_AS(infer::tokens_of(model, record("")), DataError);
}

TEST_CASE("answers that are not finite name their place", "[infer]") {
  infer::check_finite(std::vector<float>{0, -1e30F}, "here");
  infer::check_finite(std::vector<double>{}, "here");
  CHECK_THAT(test::message_of<DataError>([] { infer::check_finite(std::vector<double>{0, std::nan("")}, "here"); }),
             Catch::StartsWith("here: the model's answer is no finite number"));
  CHECK_THROWS_AS(infer::check_finite(std::vector<float>{std::numeric_limits<float>::infinity()}, "here"), DataError);
}
