// A BERT of 3-mers with one layer of four numbers, as the files of another program: names, shapes and bytes by hand.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/torch_save.h"

namespace cmgems::test {

/// Tensors by transformers' names; every byte of a tensor is the same letter, so that mix-ups show.
using SmallTensors = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

inline SmallTensors small_encoder() {
  SmallTensors tensors{{"bert.embeddings.word_embeddings.weight", {69, 4}},
                       {"bert.embeddings.position_embeddings.weight", {16, 4}},
                       {"bert.embeddings.token_type_embeddings.weight", {2, 4}},
                       {"bert.embeddings.LayerNorm.weight", {4}},
                       {"bert.embeddings.LayerNorm.bias", {4}}};
  const std::string layer = "bert.encoder.layer.0.";
  for (const char* part : {"query", "key", "value"}) {
    tensors.push_back({layer + "attention.self." + part + ".weight", {4, 4}});
    tensors.push_back({layer + "attention.self." + part + ".bias", {4}});
  }
  for (const auto& [name, shape] : SmallTensors{{"attention.output.dense.weight", {4, 4}},
                                                {"attention.output.dense.bias", {4}},
                                                {"attention.output.LayerNorm.weight", {4}},
                                                {"attention.output.LayerNorm.bias", {4}},
                                                {"intermediate.dense.weight", {6, 4}},
                                                {"intermediate.dense.bias", {6}},
                                                {"output.dense.weight", {4, 6}},
                                                {"output.dense.bias", {4}},
                                                {"output.LayerNorm.weight", {4}},
                                                {"output.LayerNorm.bias", {4}}}) {
    tensors.push_back({layer + name, shape});
  }
  return tensors;
}

inline SmallTensors small_masked_model() {
  auto tensors = small_encoder();
  tensors.push_back({"cls.predictions.bias", {69}});
  tensors.push_back({"cls.predictions.transform.dense.weight", {4, 4}});
  tensors.push_back({"cls.predictions.transform.dense.bias", {4}});
  tensors.push_back({"cls.predictions.transform.LayerNorm.weight", {4}});
  tensors.push_back({"cls.predictions.transform.LayerNorm.bias", {4}});
  return tensors;
}

inline SmallTensors small_classifier() {
  auto tensors = small_encoder();
  tensors.push_back({"bert.pooler.dense.weight", {4, 4}});
  tensors.push_back({"bert.pooler.dense.bias", {4}});
  tensors.push_back({"classifier.weight", {3, 4}});
  tensors.push_back({"classifier.bias", {3}});
  return tensors;
}

/// The older form of torch.save, a storage for each tensor; storage i is full of the i-th letter.
inline std::string small_torch_file(const SmallTensors& tensors) {
  std::vector<std::pair<std::string, std::string>> items;
  std::vector<OldStorage> storages;
  for (const auto& [name, shape] : tensors) {
    std::int64_t elements = 1;
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      strides[axis] = elements;
      elements *= shape[axis];
    }
    const auto key = std::to_string(storages.size());
    const auto place = pickled::storage("Float", key, static_cast<std::int32_t>(elements), "N");
    items.emplace_back(name, pickled::tensor(place, 0, shape, strides));
    const char letter = static_cast<char>('A' + static_cast<int>(storages.size() % 26));
    storages.push_back({key, elements, std::string(static_cast<std::size_t>(4 * elements), letter)});
  }
  return old_form(pickled::dictionary(items), storages);
}

/// An old DNABERT configuration: neither model_type nor layer_norm_eps. `more` is put in front of the sizes.
inline std::string small_config(const std::string& more = "") {
  return "{" + more + R"("hidden_act": "gelu", "vocab_size": 69, "hidden_size": 4, "num_hidden_layers": 1,
    "num_attention_heads": 2, "intermediate_size": 6, "max_position_embeddings": 16, "type_vocab_size": 2})";
}

/// vocab.txt of k = 3 in DNABERT's order.
inline std::string small_vocabulary() {
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  const std::string bases = "ATCG";
  for (const char a : bases)
    for (const char b : bases)
      for (const char c : bases) text += std::string{a, b, c} + "\n";
  return text;
}

}  // namespace cmgems::test
