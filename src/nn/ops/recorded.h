// Our own operations in the profiles that LibTorch takes (cmgems/nn/costs.h).
#pragma once

#include <ATen/record_function.h>

namespace cmgems::nn::ops {

/// An operation that a profiler, where there is one, sees for as long as this lives.
class Recorded {
 public:
  explicit Recorded(const char* name) : guard_(at::RecordScope::FUNCTION) {
    if (guard_.isActive()) guard_.before(name);
  }

 private:
  at::RecordFunction guard_;
};

}  // namespace cmgems::nn::ops
