// The parts of a training step, each measured alone on the micro-batches of one batch: what the step would take if its
// parts did nothing but follow each other, and what of that are matrix products.
#pragma once

#include <string>
#include <vector>

#include "bench_model.h"

namespace cmgems::apps {

/// The products of a linear layer, on all tokens of the batch or on the selected ones. Seconds.
struct LayerProducts {
  std::int64_t in = 0, out = 0;
  bool selected = false;
  double flops = 0;            // of each of the three
  double forward = 0;          // [R, in] x [in, out]
  double input_gradient = 0;   // [R, out] x [out, in]
  double weight_gradient = 0;  // [out, R] x [R, in]
  double seconds() const { return forward + input_gradient + weight_gradient; }
};

/// An operation of the encoder, forward and backward, or the optimizer.
struct StepPart {
  std::string name;
  std::int64_t calls = 0;      // in a step, each on the whole batch
  double seconds = 0;          // of all calls
  double product_seconds = 0;  // of their products alone
};

struct StepParts {
  std::int64_t tokens = 0, selected = 0;  // of the batch
  std::vector<StepPart> parts;
  std::vector<LayerProducts> products;  // those that the parts hold
  double copy_rate = 0;                 // bytes read and written a second while a large array is copied
  double seconds() const;               // of all parts
  double product_seconds() const;
};

/// Measures each for `seconds`.
StepParts measure_parts(BenchModel& bench, double seconds);

}  // namespace cmgems::apps
