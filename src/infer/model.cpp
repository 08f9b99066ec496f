#include "cmgems/infer/model.h"

#include "cmgems/base/error.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::infer {

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

std::vector<kmer::TokenId> tokens_of(const Model& model, const tasks::SequenceRecord& record) {
  auto tokens = kmer::tokenize(model.vocabulary, record.sequence);
  if (!tokens.empty()) return tokens;
  throw DataError(record.place + " has " + std::to_string(record.sequence.size()) + " bases, fewer than one k-mer of " +
                  std::to_string(model.description.k) + "; remove it");
}

}  // namespace cmgems::infer
