// A model folder, loaded and on its device: what every question to a trained model starts from.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cmgems/kmer/vocabulary.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/pieces.h"
#include "cmgems/tasks/sequence_file.h"

namespace cmgems::infer {

struct Model {
  formats::ModelDescription description;
  nn::Runtime runtime;
  kmer::Vocabulary vocabulary;
  std::size_t longest = 0;             // k-mers of the longest window
  nn::Classifier classifier{nullptr};  // one of the two is there
  nn::MaskedLm masked_lm{nullptr};

  bool classifies() const { return description.classes > 0; }
  nn::Encoder encoder() const { return classifies() ? classifier->bert : masked_lm->bert; }
};

/// Throws: InputNotFound; DataError (damaged, weights that do not fit the description).
Model load_model(const std::filesystem::path& folder, const nn::Runtime& runtime);

/// Names of the classes, in the order of their probabilities.
std::vector<std::string> label_names(const formats::ModelDescription& description);

/// Throws: DataError that names a sequence shorter than k.
void check_length(const Model& model, const tasks::SequenceRecord& record);

/// Throws: DataError that names `place`, when what the model answered is NaN or infinite.
void check_finite(std::span<const float> values, const std::string& place);
void check_finite(std::span<const double> values, const std::string& place);

/// Tokens of a sequence; k-mers with other letters than A, C, G and T are [UNK].
/// Throws: as check_length does.
std::vector<kmer::TokenId> tokens_of(const Model& model, const tasks::SequenceRecord& record);

}  // namespace cmgems::infer
