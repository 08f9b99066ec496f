#include "cmgems/formats/model_folder.h"

#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using formats::ModelDescription;

namespace {

ModelDescription small_model() {
  ModelDescription description;
  description.k = 3;
  description.shape.vocab_size = 69;
  description.shape.hidden_size = 32;
  description.shape.num_hidden_layers = 3;
  description.shape.num_attention_heads = 4;
  description.shape.intermediate_size = 48;
  description.shape.hidden_dropout_prob = 0.25;
  return description;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The message of the DataError that reading gives after one text of one file was replaced; empty when it reads.
std::string error_after(const char* file, const std::string& from, const std::string& to) {
  const test::TemporaryFolder folder;
  formats::write_model_description(folder.path(), small_model());
  folder.write(file, replaced(read_file(folder.path() / file), from, to));
  try {
    formats::read_model_description(folder.path());
  } catch (const DataError& error) {
    CHECK(std::string(error.what()).find((folder.path() / file).string()) == 0);
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

/// A folder with the vocabulary of k = 3 and this config.json.
ModelDescription read_with(const std::string& config) {
  const test::TemporaryFolder folder;
  formats::write_model_description(folder.path(), small_model());
  folder.write("config.json", config);
  return formats::read_model_description(folder.path());
}

const std::string kSizes = R"("vocab_size": 69, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
  "intermediate_size": 7, "max_position_embeddings": 512)";

}  // namespace

TEST_CASE("a masked language model comes back") {
  const test::TemporaryFolder folder;
  formats::write_model_description(folder.path(), small_model());
  const auto read = formats::read_model_description(folder.path());
  CHECK(read.k == 3);
  CHECK(read.classes == 0);
  CHECK(read.pooling.empty());
  CHECK(read.shape.vocab_size == 69);
  CHECK(read.shape.hidden_size == 32);
  CHECK(read.shape.num_hidden_layers == 3);
  CHECK(read.shape.num_attention_heads == 4);
  CHECK(read.shape.intermediate_size == 48);
  CHECK(read.shape.max_position_embeddings == 512);
  CHECK(read.shape.hidden_dropout_prob == 0.25);
  CHECK(read.shape.layer_norm_eps == 1e-12);
}

TEST_CASE("the four files hold what transformers needs") {
  const test::TemporaryFolder folder;
  formats::write_model_description(folder.path(), small_model());
  const auto config = read_file(folder.path() / "config.json");
  for (const char* part : {R"("architectures": [
    "BertForMaskedLM"
  ])",
                           R"("model_type": "bert")", R"("hidden_act": "gelu")", R"("layer_norm_eps": 1e-12)",
                           R"("position_embedding_type": "absolute")", R"("pad_token_id": 0)",
                           R"("torch_dtype": "float32")", R"("dtype": "float32")", R"("tie_word_embeddings": true)"}) {
    CHECK(contains(config, part));
  }
  CHECK_FALSE(contains(config, "id2label"));
  const auto tokenizer = read_file(folder.path() / "tokenizer_config.json");
  CHECK(contains(tokenizer, R"("do_lower_case": false)"));
  CHECK(contains(tokenizer, R"("tokenizer_class": "BertTokenizer")"));
  CHECK(contains(tokenizer, R"("model_max_length": 512)"));
  CHECK(contains(read_file(folder.path() / "special_tokens_map.json"), R"("mask_token": "[MASK]")"));
  CHECK(read_file(folder.path() / "vocab.txt").rfind("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nAAA\nAAT\nAAC\n", 0) == 0);
}

TEST_CASE("a classifier comes back with its labels and pooling") {
  const test::TemporaryFolder folder;
  auto description = small_model();
  description.classes = 3;
  description.pooling = "mean";
  formats::write_model_description(folder.path(), description);
  const auto config = read_file(folder.path() / "config.json");
  CHECK(contains(config, R"("BertForSequenceClassification")"));
  CHECK(contains(config, R"("2": "LABEL_2")"));
  CHECK(contains(config, R"("LABEL_2": 2)"));
  CHECK(contains(config, R"("problem_type": "single_label_classification")"));
  CHECK(contains(config, R"("cmgems_pooling": "mean")"));
  const auto read = formats::read_model_description(folder.path());
  CHECK(read.classes == 3);
  CHECK(read.pooling == "mean");
}

TEST_CASE("a classifier keeps the names of its classes") {
  const test::TemporaryFolder folder;
  auto description = small_model();
  description.classes = 2;
  description.pooling = "cls";
  CHECK(formats::label_name(description, 1) == "LABEL_1");
  description.labels = {"no promoter", "promoter"};
  CHECK(formats::label_name(description, 1) == "promoter");
  formats::write_model_description(folder.path(), description);
  const auto config = read_file(folder.path() / "config.json");
  CHECK(contains(config, R"("1": "promoter")"));
  CHECK(contains(config, R"("promoter": 1)"));
  CHECK(formats::read_model_description(folder.path()).labels == description.labels);

  const auto error = [](const std::string& labels) {
    return test::message_of<DataError>(
        [&] { read_with(R"({"architectures": ["BertForSequenceClassification"], )" + labels + ", " + kSizes + "}"); });
  };
  CHECK(error(R"("id2label": {"0": "a", "1": "b"}, "label2id": {"b": 1, "a": 0})") == "");
  CHECK(contains(error(R"("id2label": {"0": "a", "1": "a"})"), R"(id2label has the name "a" twice)"));
  CHECK(contains(error(R"("id2label": {"0": "a", "2": "b"})"), "id2label has no name for class 1 of 2"));
  CHECK(contains(error(R"("id2label": {"0": "a", "1": 7})"), "id2label has no name for class 1 of 2"));
  CHECK(contains(error(R"("id2label": ["a", "b"])"), "id2label is not an object"));
  CHECK(contains(error(R"("id2label": {"0": "a", "1": "b"}, "label2id": {"a": 0, "b": 0})"),
                 R"(id2label calls class 1 "b", but label2id does not)"));
  CHECK(contains(error(R"("id2label": {"0": "a"})"), "a regression"));
  CHECK(contains(error(R"("problem_type": "multi_label_classification")"), "problem_type"));
}

TEST_CASE("a model folder says what its position embeddings started from") {
  const test::TemporaryFolder folder;
  auto description = small_model();
  description.position_init = formats::PositionInit::sinusoidal;
  formats::write_model_description(folder.path(), description);
  CHECK(contains(read_file(folder.path() / "config.json"), R"("cmgems_position_init": "sinusoidal")"));
  CHECK(formats::read_model_description(folder.path()).position_init == formats::PositionInit::sinusoidal);
  CHECK(read_with("{" + kSizes + "}").position_init == formats::PositionInit::normal);  // another program's folder
  CHECK(contains(error_after("config.json", R"("cmgems_position_init": "normal")", R"("cmgems_position_init": 3)"),
                 R"(cmgems_position_init must be "normal" or "sinusoidal", not 3)"));
}

TEST_CASE("configurations of other programs are read") {
  SECTION("old DNABERT: neither model_type nor layer_norm_eps, two labels that mean nothing") {
    const auto read =
        read_with(R"({"architectures": ["BertForMaskedLM"], "num_labels": 2, "hidden_act": "gelu", )" + kSizes + "}");
    CHECK(read.classes == 0);
    CHECK(read.shape.layer_norm_eps == 1e-12);
    CHECK(read.shape.hidden_size == 12);
    CHECK(read.shape.hidden_dropout_prob == 0.1);
  }
  SECTION("transformers leaves its default out: two labels") {
    const auto read = read_with(R"({"architectures": ["BertForSequenceClassification"], )" + kSizes + "}");
    CHECK(read.classes == 2);
    CHECK(read.pooling == "cls");
  }
  SECTION("an unknown architecture") {
    CHECK_THROWS_AS(read_with(R"({"architectures": ["GPT2LMHeadModel"], )" + kSizes + "}"), DataError);
  }
  SECTION("no size") { CHECK_THROWS_AS(read_with(R"({"hidden_size": 12})"), DataError); }
}

TEST_CASE("what cannot be right is an error that names the key") {
  CHECK(
      contains(error_after("config.json", R"("bert")", R"("roberta")"), R"(model_type is "roberta", but only "bert")"));
  CHECK(contains(error_after("config.json", R"("gelu")", R"("gelu_new")"), "hidden_act"));
  CHECK(contains(error_after("config.json", "\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"),
                 "tie_word"));
  CHECK(contains(error_after("config.json", R"("hidden_size": 32)", R"("hidden_size": 30)"),
                 "hidden_size 30 is not a multiple of num_attention_heads 4"));
  CHECK(contains(error_after("config.json", R"("hidden_size": 32)", R"("hidden_size": "32")"), "whole number"));
  CHECK(contains(error_after("config.json", R"("vocab_size": 69)", R"("vocab_size": 70)"),
                 "the vocabulary has 69 words"));
  CHECK(contains(error_after("config.json", R"("num_hidden_layers": 3)", R"("num_hidden_layers": 1001)"),
                 "num_hidden_layers must be a whole number from 1 to 1000, not 1001"));
  CHECK(contains(error_after("config.json", "{", ""), "not valid JSON"));
}

TEST_CASE("a vocabulary in another order is refused with its line") {
  CHECK(contains(error_after("vocab.txt", "AAT\nAAC\n", "AAC\nAAT\n"), "line 7: expected AAT, found 'AAC'"));
  CHECK(contains(error_after("vocab.txt", "GGG\n", ""), "68 words, expected 69"));
  CHECK(contains(error_after("vocab.txt", "AAA\n", "AA\n"), "line 6: expected a k-mer of 3 to 8"));
  CHECK(error_after("vocab.txt", "GGG\n", "GGG\r\n") == "");
}

TEST_CASE("the tokenizer.json of transformers 5 stands in for vocab.txt") {
  const test::TemporaryFolder folder;
  formats::write_model_description(folder.path(), small_model());
  std::string entries;
  std::istringstream words(read_file(folder.path() / "vocab.txt"));
  int id = 0;
  for (std::string word; std::getline(words, word); ++id) {
    entries += (id ? ", \"" : "\"") + word + "\": " + std::to_string(id);
  }
  std::filesystem::remove(folder.path() / "vocab.txt");
  const auto tokenizer = R"({"version": "1.0", "model": {"type": "WordPiece", "vocab": {)" + entries + "}}}";
  folder.write("tokenizer.json", tokenizer);
  CHECK(formats::read_model_description(folder.path()).k == 3);
  folder.write("tokenizer.json", replaced(tokenizer, R"("AAA": 5, "AAT": 6)", R"("AAA": 6, "AAT": 5)"));
  CHECK_THROWS_AS(formats::read_model_description(folder.path()), DataError);
  folder.write("tokenizer.json", R"({"model": []})");
  CHECK_THROWS_AS(formats::read_model_description(folder.path()), DataError);
}

TEST_CASE("a folder without its files says what is expected") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(formats::read_model_description(folder.path()), InputNotFound);
  formats::write_model_description(folder.path(), small_model());
  std::filesystem::remove(folder.path() / "vocab.txt");
  CHECK_THROWS_AS(formats::read_model_description(folder.path()), InputNotFound);
}
