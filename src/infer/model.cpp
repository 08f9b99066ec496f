#include "cmgems/infer/model.h"

#include <algorithm>
#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::infer {
namespace {

template <class Value>
void check_all_finite(std::span<const Value> values, const std::string& place) {
  if (std::all_of(values.begin(), values.end(), [](Value value) { return std::isfinite(value); })) return;
  throw DataError(place +
                  ": the model's answer is no finite number: its weights are not finite, or far too large; take "
                  "another model, or an earlier checkpoint");
}

}  // namespace

Model load_model(const std::filesystem::path& folder, const nn::Runtime& runtime) {
  const auto description = formats::read_model_description(folder);
  Model model{description, runtime, kmer::Vocabulary(description.k), nn::longest_piece(description.shape)};
  const auto device = train::device_of(runtime);
  if (model.classifies()) {
    const auto pooling = description.pooling == "mean" ? config::Pooling::mean : config::Pooling::cls;
    model.classifier = nn::Classifier(description.shape, description.classes, pooling);
    nn::load_weights(*model.classifier, folder);
    model.classifier->to(device);
  } else {
    model.masked_lm = nn::MaskedLm(description.shape);
    nn::load_weights(*model.masked_lm, folder);
    model.masked_lm->to(device);
  }
  return model;
}

std::vector<std::string> label_names(const formats::ModelDescription& description) {
  std::vector<std::string> names;
  for (int label = 0; label < description.classes; ++label) names.push_back(formats::label_name(description, label));
  return names;
}

void check_length(const Model& model, const tasks::SequenceRecord& record) {
  const auto k = static_cast<std::size_t>(model.description.k);
  if (record.sequence.size() >= k) return;
  throw DataError(record.place + " has " + std::to_string(record.sequence.size()) + " bases, fewer than one k-mer of " +
                  std::to_string(k) + "; remove it");
}

void check_finite(std::span<const float> values, const std::string& place) { check_all_finite(values, place); }
void check_finite(std::span<const double> values, const std::string& place) { check_all_finite(values, place); }

std::vector<kmer::TokenId> tokens_of(const Model& model, const tasks::SequenceRecord& record) {
  check_length(model, record);
  return kmer::tokenize(model.vocabulary, record.sequence);
}

}  // namespace cmgems::infer
