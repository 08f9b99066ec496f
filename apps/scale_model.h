// How data parallel training scales, from a few measured numbers: docs/scaling.md has the formulae and what they leave
// out.
#pragma once

#include <cstdint>
#include <vector>

namespace cmgems::apps {

struct ScaleInputs {
  double step_seconds = 0;          // of one GPU for one global batch, without communication
  double bytes = 0;                 // of gradients, from each rank, a step
  int per_host = 8;                 // GPUs
  double host_bandwidth = 0;        // bytes/s of a GPU to the others of its host
  double network_bandwidth = 0;     // bytes/s of a host to the others
  double latency = 0;               // seconds of a message between hosts
  double backward_share = 2.0 / 3;  // of a step in which reductions can hide
  double imbalance = 0;             // of the shares, as measured
  bool grow = false;                // the batch grows with the GPUs (weak scaling); else it is divided (strong scaling)
};

struct ScalePoint {
  int gpus;
  double compute, reduce, exposed;  // seconds of a step; exposed: what does not hide
  double step() const { return compute + exposed; }
  double efficiency;  // of the ideal rate
};

ScalePoint predict_scale(const ScaleInputs& inputs, int gpus);

}  // namespace cmgems::apps
