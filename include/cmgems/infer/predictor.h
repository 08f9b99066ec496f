// Class probabilities of sequences as they come, batched to the token budget, in their order.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cmgems/infer/model.h"

namespace cmgems::infer {

struct Prediction {
  const std::string& id;
  int label;                              // the most likely class, the first of equals
  std::span<const double> probabilities;  // [classes]
  std::optional<int> expected;            // what the input says
};

class Predictor {
 public:
  using Take = std::function<void(const Prediction&)>;
  /// `model` must outlive it. Throws: UsageError when the model is no classifier.
  Predictor(Model& model, nn::Average average, Take take);
  /// Throws: as tokens_of does; DataError (a label that the model does not have).
  void add(const tasks::SequenceRecord& record);
  /// Tells what is left.
  void finish() { batcher_.finish(); }

 private:
  struct Waiting {
    std::string id;
    std::optional<int> expected;
  };
  void score(const corpus::SequenceBatch& batch);
  Model& model_;
  nn::Average average_;
  Take take_;
  std::vector<Waiting> waiting_;
  corpus::SequenceBatcher batcher_;
};

}  // namespace cmgems::infer
