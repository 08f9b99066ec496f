#include "scale_model.h"

#include <algorithm>
#include <cmath>

namespace cmgems::apps {
namespace {

/// A ring of n: each byte passes out and in (n - 1) / n times for the sums, and again for telling them.
double ring_seconds(double bytes, double n, double bandwidth) {
  return n > 1 ? 2 * (n - 1) / n * bytes / bandwidth : 0;
}

double reduce_seconds(const ScaleInputs& inputs, int gpus) {
  const double local = std::min(gpus, inputs.per_host);
  const double hosts = std::ceil(static_cast<double>(gpus) / inputs.per_host);
  const double latency = hosts > 1 ? 2 * std::ceil(std::log2(hosts)) * inputs.latency : 0;
  return ring_seconds(inputs.bytes, local, inputs.host_bandwidth) +
         ring_seconds(inputs.bytes, hosts, inputs.network_bandwidth) + latency;
}

}  // namespace

ScalePoint predict_scale(const ScaleInputs& inputs, int gpus) {
  const double shares = inputs.grow ? 1 : gpus;
  const double imbalance = gpus > 1 ? inputs.imbalance : 0;
  ScalePoint point{gpus, inputs.step_seconds / shares * (1 + imbalance), reduce_seconds(inputs, gpus), 0, 0};
  point.exposed = std::max(0.0, point.reduce - inputs.backward_share * point.compute);
  point.efficiency = inputs.step_seconds / shares / point.step();
  return point;
}

}  // namespace cmgems::apps
