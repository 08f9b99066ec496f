// Tensors of which each rank keeps some up to date.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "cmgems/parallel/ranks.h"

namespace cmgems::parallel {

/// Gives every rank the values that the owner of each tensor has, in place. `tensors`, of one dtype, and `owners` are
/// of the same shapes and order on all ranks.
void share_owned(std::span<const at::Tensor> tensors, std::span<const int> owners, Ranks& ranks);

}  // namespace cmgems::parallel
