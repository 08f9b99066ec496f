// Class probabilities of sequences as they come, batched to the token budget, in their order.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cmgems/infer/model.h"
#include "cmgems/train/scoring.h"

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
  /// A label of the input is the name of a class, else its number.
  /// Throws: as check_length does; DataError (a label that the model does not have; an answer that is not finite).
  void add(const tasks::SequenceRecord& record);
  /// Tells what is left.
  void finish() { scorer_.finish(); }

 private:
  struct Waiting {
    std::string id, place;
    std::optional<int> expected;
  };
  int class_of(const std::string& label, const std::string& place) const;
  void tell(std::span<const double> probabilities);
  Model& model_;
  std::vector<std::string> names_;
  Take take_;
  std::deque<Waiting> waiting_;  // those of whom a piece is not scored yet
  train::SequenceScorer scorer_;
};

}  // namespace cmgems::infer
