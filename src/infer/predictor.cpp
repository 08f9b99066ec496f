#include "cmgems/infer/predictor.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/metrics/classification.h"

namespace cmgems::infer {
namespace {

Model& checked(Model& model) {
  if (model.classifies()) return model;
  throw UsageError(
      "the model is a masked language model without classes: fine-tune it first (cmgems finetune), or ask for its "
      "embeddings (cmgems embed)");
}

}  // namespace

Predictor::Predictor(Model& model, nn::Average average, Take take)
    : model_(checked(model)),
      names_(label_names(model.description)),
      take_(std::move(take)),
      scorer_(model.classifier, average, model.runtime,
              [this](std::span<const double> probabilities) { tell(probabilities); }) {}

void Predictor::add(const tasks::SequenceRecord& record) {
  std::optional<int> expected;
  if (record.label) expected = class_of(*record.label, record.place);
  check_length(model_, record);
  waiting_.push_back({record.id, record.place, expected});
  scorer_.add(model_.vocabulary, record.sequence);
}

int Predictor::class_of(const std::string& label, const std::string& place) const {
  const auto named = std::find(names_.begin(), names_.end(), label);
  if (named != names_.end()) return static_cast<int>(named - names_.begin());
  int number = -1;
  const char* end = label.data() + label.size();
  const auto [rest, error] = std::from_chars(label.data(), end, number);
  if (error == std::errc{} && rest == end && number >= 0 && number < model_.description.classes) return number;
  throw DataError(place + " has label '" + label + "', but the model has the classes 0 (" + names_.front() + ") to " +
                  std::to_string(names_.size() - 1) + " (" + names_.back() + ")");
}

void Predictor::tell(std::span<const double> probabilities) {
  const auto& [id, place, expected] = waiting_.front();
  check_finite(probabilities, place);
  const int label = metrics::most_likely(probabilities, model_.description.classes).front();
  take_({id, label, probabilities, expected});
  waiting_.pop_front();
}

}  // namespace cmgems::infer
