// What a classifier says of sequences: the test rows of fine-tuning and those of `predict` alike.
#pragma once

#include <vector>

#include "cmgems/corpus/sequences.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/pieces.h"

namespace cmgems::train {

/// Class probabilities [S, classes], row-major, without gradients and dropout.
std::vector<double> class_probabilities(nn::Classifier& model, const corpus::SequenceBatch& batch, nn::Average average,
                                        const nn::Runtime& runtime);

}  // namespace cmgems::train
