// Initial weights, a pure function of (seed, parameter name): independent of threads and of the order of parameters.
#pragma once

#include <torch/nn/module.h>

#include "cmgems/config/model_options.h"

namespace cmgems::nn {

/// Matrices N(0, 0.02), biases 0, LayerNorm 1 and 0 (BERT). Position embeddings by `position_init`: the same normal, or
/// 0.1 x the sine/cosine table of Vaswani et al. 2017 (section 3.5).
void initialise(torch::nn::Module& module, config::PositionInit position_init, std::uint64_t seed);

}  // namespace cmgems::nn
