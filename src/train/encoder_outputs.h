// What an encoder that is not trained gives for each sequence: computed once, without dropout, instead of in every step
// and for every run. Private to this layer.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "cmgems/corpus/sequences.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/heads.h"
#include "cmgems/train/token_rows.h"

namespace cmgems::train {

struct EncoderOutputs {
  at::Tensor rows;                  // [W, H] of the sequences' pieces, on the model's device
  std::vector<std::int64_t> first;  // [S + 1] first piece of each sequence, then their number
};

/// Of all rows of `data`; `after_batch` may end the work by throwing.
EncoderOutputs encoder_outputs(nn::Classifier& model, const TokenRows& data, const nn::Runtime& runtime,
                               const std::function<void()>& after_batch);

/// Class scores of the sequences `wanted`, whose pieces `batch` holds: pooler and classifier alone. -> [S, classes]
at::Tensor classify_outputs(nn::Classifier& model, const EncoderOutputs& outputs, std::span<const std::size_t> wanted,
                            const corpus::SequenceBatch& batch, nn::Pass& pass);

}  // namespace cmgems::train
