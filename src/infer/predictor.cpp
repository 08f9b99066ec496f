#include "cmgems/infer/predictor.h"

#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/train/scoring.h"

namespace cmgems::infer {

Predictor::Predictor(Model& model, nn::Average average, Take take)
    : model_(model),
      average_(average),
      take_(std::move(take)),
      batcher_(model.longest, static_cast<std::size_t>(model.runtime.micro_batch_tokens),
               [this](const corpus::SequenceBatch& batch) { score(batch); }) {
  if (!model.classifies()) {
    throw UsageError(
        "the model is a masked language model without classes: fine-tune it first (cmgems finetune), or ask for its "
        "embeddings (cmgems embed)");
  }
}

void Predictor::add(const tasks::SequenceRecord& record) {
  const int classes = model_.description.classes;
  if (record.label && *record.label >= classes) {
    throw DataError(record.place + " has label " + std::to_string(*record.label) +
                    ", but the model has the classes 0 to " + std::to_string(classes - 1));
  }
  const auto tokens = tokens_of(model_, record);
  batcher_.add(tokens);  // which may tell the sequences before this one
  waiting_.push_back({record.id, record.label});
}

void Predictor::score(const corpus::SequenceBatch& batch) {
  const auto classes = static_cast<std::size_t>(model_.description.classes);
  const auto probabilities = train::class_probabilities(model_.classifier, batch, average_, model_.runtime);
  const auto labels = metrics::most_likely(probabilities, model_.description.classes);
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    take_({waiting_[i].id, labels[i], std::span(probabilities).subspan(i * classes, classes), waiting_[i].expected});
  }
  waiting_.clear();
}

}  // namespace cmgems::infer
