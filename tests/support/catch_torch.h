// Catch2 beside LibTorch: both define CHECK. Torch must come first and be undefined; the other way round a failing
// CHECK aborts the process silently.
//
// Not <torch/torch.h>, whose data loaders, optimizers and layers would double the time of every test file.
#pragma once

// clang-format off
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>
#undef CHECK
#undef CHECK_EQ
#undef CHECK_NE
#undef CHECK_LT
#undef CHECK_LE
#undef CHECK_GT
#undef CHECK_GE
#include "support/catch.h"
// clang-format on
