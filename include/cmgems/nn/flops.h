// How many floating-point operations a model takes, and how many the device could do: what rates are shares of.
#pragma once

#include "cmgems/corpus/corpus.h"
#include "cmgems/formats/model_folder.h"

namespace cmgems::nn {

/// Of the tokens of a batch. attended: mean number of tokens that a token attends to; selected: share of tokens through
/// the head and the last layer's queries and feed-forward.
struct Work {
  double attended = 0, selected = 0;
};
Work work_of(const corpus::GlobalBatch& batch);

/// Floating-point operations of one token, forward (docs/performance.md). Training takes three times that.
double forward_flops(const formats::BertShape& shape, const Work& work);
inline constexpr double kTrainingFactor = 3;

/// Rate of LibTorch's products [R, H] x [H, F] and [R, F] x [F, H] on the device, FLOP/s, the best of several: R is
/// 4096 on CPU and 65536 on CUDA. On CUDA it leaves no memory behind and starts peak_device_memory anew.
double matmul_rate(const formats::BertShape& shape, bool bf16, bool cuda);

}  // namespace cmgems::nn
