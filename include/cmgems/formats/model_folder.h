// The files of a model folder beside the weights, in Hugging Face's layout: config.json, vocab.txt,
// tokenizer_config.json, special_tokens_map.json. transformers loads such a folder unchanged.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/kmer/vocabulary.h"

namespace cmgems::formats {

/// Sizes of a BERT encoder; names as in transformers' BertConfig.
struct BertShape {
  int vocab_size = 4101;
  int hidden_size = 256;
  int num_hidden_layers = 2;
  int num_attention_heads = 8;
  int intermediate_size = 3072;
  int max_position_embeddings = 512;
  int type_vocab_size = 2;
  double hidden_dropout_prob = 0;
  double attention_probs_dropout_prob = 0;
  double layer_norm_eps = 1e-12;
};

/// Start of the position embeddings: N(0, 0.02) as published, or 0.1 times the sine and cosine table.
enum class PositionInit { normal, sinusoidal };

struct ModelDescription {
  BertShape shape;
  int k = 6;
  int classes = 0;      // 0 = masked language model
  std::string pooling;  // cls | mean for a classifier (key cmgems_pooling; transformers knows cls only), else empty
  /// What the weights started from (key cmgems_position_init, ignored by transformers; absent = normal): the same
  /// encoder from random weights needs it.
  PositionInit position_init = PositionInit::normal;
  /// Names of a classifier's classes, in order (id2label); none = LABEL_0, LABEL_1, ..., as transformers has it.
  std::vector<std::string> labels = {};
};

/// The name of a class. REQUIRES: 0 <= label < description.classes.
std::string label_name(const ModelDescription& description, int label);

/// Writes the four files into an existing folder. Throws: IoError.
void write_model_description(const std::filesystem::path& folder, const ModelDescription& description);

/// What the weights are for: as `architectures` says, or a classifier whatever it says.
enum class Head { configured, classifier };

/// Reads config.json and vocab.txt, or tokenizer.json when transformers 5 wrote the folder (k from the vocabulary's
/// words, whose order is checked). Throws: InputNotFound, DataError. Old DNABERT configs lack model_type and
/// layer_norm_eps: both have defaults, as have the labels of a classifier that transformers wrote (two) and its pooling
/// (cls).
ModelDescription read_model_description(const std::filesystem::path& folder);
/// The same from two files, wherever they are.
ModelDescription read_model_description(const std::filesystem::path& config, const std::filesystem::path& vocabulary,
                                        Head head = Head::configured);

}  // namespace cmgems::formats
