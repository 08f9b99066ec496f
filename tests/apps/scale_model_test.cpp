#include "scale_model.h"

#include "support/catch.h"

using namespace cmgems::apps;

namespace {

/// A step of a second and 1 GB of gradients, so that every figure can be worked out by hand.
ScaleInputs round_numbers() {
  ScaleInputs inputs;
  inputs.step_seconds = 1;
  inputs.bytes = 1e9;
  inputs.per_host = 2;
  inputs.host_bandwidth = 10e9;
  inputs.network_bandwidth = 1e9;
  inputs.latency = 0.01;
  inputs.backward_share = 0.5;
  return inputs;
}

}  // namespace

TEST_CASE("one GPU waits for nobody", "[scale]") {
  const auto point = predict_scale(round_numbers(), 1);
  CHECK(point.reduce == 0);
  CHECK(point.efficiency == Approx(1));
}

TEST_CASE("within a host a ring of two hides behind backward", "[scale]") {
  const auto point = predict_scale(round_numbers(), 2);
  CHECK(point.compute == Approx(0.5));
  CHECK(point.reduce == Approx(0.1));  // 2 * 1/2 * 1 GB at 10 GB/s
  CHECK(point.exposed == 0);
  CHECK(point.efficiency == Approx(1));
}

TEST_CASE("between hosts the network shows", "[scale]") {
  // 4 hosts: 0.1 + 2 * 3/4 * 1 s + 2 * log2(4) * 10 ms
  const auto divided = predict_scale(round_numbers(), 8);
  CHECK(divided.reduce == Approx(1.64));
  CHECK(divided.compute == Approx(0.125));
  CHECK(divided.exposed == Approx(1.5775));  // half of 0.125 hides
  CHECK(divided.efficiency == Approx(0.125 / 1.7025));
  auto inputs = round_numbers();
  inputs.grow = true;
  CHECK(predict_scale(inputs, 8).efficiency == Approx(1 / (1 + 1.64 - 0.5)));
}

TEST_CASE("uneven shares cost what the longest takes", "[scale]") {
  auto inputs = round_numbers();
  inputs.imbalance = 0.25;
  CHECK(predict_scale(inputs, 2).efficiency == Approx(0.8));
}
