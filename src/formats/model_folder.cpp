#include "cmgems/formats/model_folder.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "json_text.h"
#include "vocabulary_file.h"

namespace cmgems::formats {
namespace {

namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kMaskedModel = "BertForMaskedLM";
constexpr std::string_view kClassifier = "BertForSequenceClassification";
constexpr const char* kProblem = "single_label_classification";
constexpr int kMostLayers = 1000;
constexpr const char* kPoolingKey = "cmgems_pooling";
constexpr const char* kPositionInitKey = "cmgems_position_init";

OrderedJson config_document(const ModelDescription& description) {
  const auto& shape = description.shape;
  OrderedJson config = {
      {"architectures", OrderedJson::array({description.classes > 0 ? kClassifier : kMaskedModel})},
      {"model_type", "bert"},
      {"vocab_size", shape.vocab_size},
      {"hidden_size", shape.hidden_size},
      {"num_hidden_layers", shape.num_hidden_layers},
      {"num_attention_heads", shape.num_attention_heads},
      {"intermediate_size", shape.intermediate_size},
      {"max_position_embeddings", shape.max_position_embeddings},
      {"type_vocab_size", shape.type_vocab_size},
      {"hidden_act", "gelu"},
      {"hidden_dropout_prob", shape.hidden_dropout_prob},
      {"attention_probs_dropout_prob", shape.attention_probs_dropout_prob},
      {"layer_norm_eps", shape.layer_norm_eps},
      {"initializer_range", 0.02},
      {"position_embedding_type", "absolute"},
      {"pad_token_id", kmer::kPad},
      {"tie_word_embeddings", true},
      {"torch_dtype", "float32"},
      {"dtype", "float32"},
      {kPositionInitKey, description.position_init == PositionInit::normal ? "normal" : "sinusoidal"}};
  if (description.classes > 0) {
    for (int label = 0; label < description.classes; ++label) {
      const std::string name = label_name(description, label);
      config["id2label"][std::to_string(label)] = name;
      config["label2id"][name] = label;
    }
    config["problem_type"] = kProblem;
    config[kPoolingKey] = description.pooling;
  }
  return config;
}

OrderedJson special_tokens() {
  return {{"cls_token", "[CLS]"},
          {"mask_token", "[MASK]"},
          {"pad_token", "[PAD]"},
          {"sep_token", "[SEP]"},
          {"unk_token", "[UNK]"}};
}

OrderedJson tokenizer_document(const BertShape& shape) {
  // do_lower_case must be false: BertTokenizer's default turns every k-mer into [UNK].
  OrderedJson tokenizer = {{"tokenizer_class", "BertTokenizer"},
                           {"do_lower_case", false},
                           {"model_max_length", shape.max_position_embeddings}};
  tokenizer.update(special_tokens());
  return tokenizer;
}

/// config.json with its path, read key by key.
class ConfigReader {
 public:
  explicit ConfigReader(const fs::path& path)
      : path_(path), config_(parse_json_object(read_file(path), path, "configuration")) {}

  bool has(const char* key) const { return config_.contains(key) && !config_[key].is_null(); }

  int size(const char* key, int largest = 1'000'000) const {
    if (!has(key)) fail(std::string("has no ") + key);
    const auto& value = config_[key];
    if (!value.is_number_unsigned() || value == 0 || value > largest) {
      fail(std::string(key) + " must be a whole number from 1 to " + std::to_string(largest) + ", not " + value.dump());
    }
    return value.get<int>();
  }
  int size_or(const char* key, int fallback) const { return has(key) ? size(key) : fallback; }

  double fraction(const char* key, double fallback) const {
    if (!has(key)) return fallback;
    const auto& value = config_[key];
    if (!value.is_number() || !(value >= 0 && value < 1)) {
      fail(std::string(key) + " must be a number from 0 to below 1, not " + value.dump());
    }
    return value.get<double>();
  }

  /// A switch that cmgems implements in one position only.
  void require(const char* key, const nlohmann::json& supported) const {
    if (has(key) && config_[key] != supported) {
      fail(std::string(key) + " is " + config_[key].dump() + ", but only " + supported.dump() + " is supported");
    }
  }

  /// The first of `architectures`; a folder without any is a masked language model, as old DNABERT ones are.
  bool classifier() const {
    if (!has("architectures")) return false;
    const auto& names = config_["architectures"];
    if (names == nlohmann::json::array({kMaskedModel})) return false;
    if (names == nlohmann::json::array({kClassifier})) return true;
    fail("architectures is " + names.dump() + ", expected " + std::string(kMaskedModel) + " or " +
         std::string(kClassifier));
  }

  /// The names of id2label in order, none when they are transformers' own. label2id must say the same.
  std::vector<std::string> labels() const {
    if (!has("id2label")) return {};
    const auto& names = config_["id2label"];
    if (!names.is_object() || names.empty()) fail("id2label is not an object of labels");
    std::vector<std::string> labels;
    std::set<std::string> seen;
    for (std::size_t label = 0; label < names.size(); ++label) {
      const auto found = names.find(std::to_string(label));
      if (found == names.end() || !found->is_string()) {
        fail("id2label has no name for class " + std::to_string(label) + " of " + std::to_string(names.size()));
      }
      labels.push_back(found->get<std::string>());
      if (!seen.insert(labels.back()).second) fail("id2label has the name \"" + labels.back() + "\" twice");
      check_back(labels.back(), label);
    }
    return labels;
  }

  /// One of two words; the first when the key is absent.
  std::string word(const char* key, const std::string& first, const std::string& second) const {
    if (!has(key)) return first;
    const auto& value = config_[key];
    if (value != first && value != second) {
      fail(std::string(key) + " must be \"" + first + "\" or \"" + second + "\", not " + value.dump());
    }
    return value.get<std::string>();
  }

  [[noreturn]] void fail(const std::string& what) const { throw DataError(path_.string() + ": " + what); }

 private:
  void check_back(const std::string& name, std::size_t label) const {
    if (!has("label2id")) return;
    const auto& numbers = config_["label2id"];
    if (!numbers.is_object() || !numbers.contains(name) || numbers[name] != label) {
      fail("id2label calls class " + std::to_string(label) + " \"" + name + "\", but label2id does not");
    }
  }

  fs::path path_;
  nlohmann::json config_;
};

BertShape read_shape(const ConfigReader& config) {
  BertShape shape;
  shape.vocab_size = config.size("vocab_size");
  shape.hidden_size = config.size("hidden_size");
  shape.num_hidden_layers = config.size("num_hidden_layers", kMostLayers);
  shape.num_attention_heads = config.size("num_attention_heads");
  shape.intermediate_size = config.size("intermediate_size");
  shape.max_position_embeddings = config.size("max_position_embeddings");
  shape.type_vocab_size = config.size_or("type_vocab_size", 2);
  shape.hidden_dropout_prob = config.fraction("hidden_dropout_prob", 0.1);
  shape.attention_probs_dropout_prob = config.fraction("attention_probs_dropout_prob", 0.1);
  shape.layer_norm_eps = config.fraction("layer_norm_eps", 1e-12);
  if (shape.hidden_size % shape.num_attention_heads != 0) {
    config.fail("hidden_size " + std::to_string(shape.hidden_size) + " is not a multiple of num_attention_heads " +
                std::to_string(shape.num_attention_heads));
  }
  return shape;
}

/// transformers leaves out its own default, two labels.
void read_classes(const ConfigReader& config, ModelDescription& description) {
  config.require("problem_type", kProblem);
  description.labels = config.labels();
  description.classes =
      description.labels.empty() ? config.size_or("num_labels", 2) : static_cast<int>(description.labels.size());
  if (description.classes < 2) config.fail("a classifier of a single label is a regression, which is not supported");
  description.pooling = config.word(kPoolingKey, "cls", "mean");
}

}  // namespace

void write_model_description(const fs::path& folder, const ModelDescription& description) {
  const auto write = [&](const char* name, const OrderedJson& document) {
    write_file_atomic(folder / name, document.dump(2) + "\n");
  };
  write("config.json", config_document(description));
  write("tokenizer_config.json", tokenizer_document(description.shape));
  write("special_tokens_map.json", special_tokens());
  write_file_atomic(folder / "vocab.txt", kmer::Vocabulary(description.k).text());
}

std::string label_name(const ModelDescription& description, int label) {
  if (description.labels.empty()) return "LABEL_" + std::to_string(label);
  return description.labels.at(static_cast<std::size_t>(label));
}

ModelDescription read_model_description(const fs::path& folder) {
  return read_model_description(folder / "config.json", vocabulary_path(folder));
}

ModelDescription read_model_description(const fs::path& config_path, const fs::path& vocabulary, Head head) {
  if (!fs::exists(config_path)) {
    throw InputNotFound("no " + config_path.string() +
                        "; a model folder holds config.json, vocab.txt and model.safetensors");
  }
  const ConfigReader config(config_path);
  config.require("model_type", "bert");
  config.require("hidden_act", "gelu");
  config.require("position_embedding_type", "absolute");
  config.require("is_decoder", false);
  config.require("pad_token_id", kmer::kPad);
  ModelDescription description;
  description.shape = read_shape(config);
  description.k = read_vocabulary(vocabulary);
  const bool sinusoidal = config.word(kPositionInitKey, "normal", "sinusoidal") == "sinusoidal";
  description.position_init = sinusoidal ? PositionInit::sinusoidal : PositionInit::normal;
  if (head == Head::classifier || config.classifier()) {
    read_classes(config, description);
  } else {
    config.require("tie_word_embeddings", true);
  }
  const int words = kmer::Vocabulary(description.k).size();
  if (description.shape.vocab_size != words) {
    config.fail("vocab_size is " + std::to_string(description.shape.vocab_size) + ", but the vocabulary has " +
                std::to_string(words) + " words");
  }
  return description;
}

}  // namespace cmgems::formats
