// The whole model on the GPU beside the CPU: loss, gradients, a step of the optimizer, same bits twice, memory.
#include <c10/core/CachingDeviceAllocator.h>

#include "cmgems/nn/device_cache.h"
#include "cmgems/nn/init.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems;
using namespace cmgems::nn;
using cmgems::test::relative_difference;

namespace {

formats::BertShape small_shape(double dropout) {
  formats::BertShape shape;
  shape.vocab_size = 69;
  shape.hidden_size = 64;
  shape.num_hidden_layers = 2;
  shape.num_attention_heads = 2;
  shape.intermediate_size = 128;
  shape.max_position_embeddings = 512;
  shape.hidden_dropout_prob = dropout;
  shape.attention_probs_dropout_prob = dropout;
  return shape;
}

MaskedLm small_model(double dropout, at::Device device) {
  MaskedLm model(small_shape(dropout));
  initialise(*model, config::PositionInit::normal, 3);
  model->to(device);
  return model;
}

/// Two micro-batches of windows of 300, 300, 12 and 7 tokens; every seventh is masked, in the last window none.
std::vector<corpus::RaggedBatch> batches() {
  std::vector<corpus::MaskedExample> examples;
  for (const int length : {300, 300, 12, 7}) {
    corpus::MaskedExample example;
    for (int i = 0; i < length; ++i) {
      example.tokens.push_back(static_cast<kmer::TokenId>(5 + (i * i + length) % 64));
      if (length == 7 || i % 7 != 3) continue;
      example.positions.push_back(static_cast<std::uint32_t>(i));
      example.labels.push_back(static_cast<kmer::TokenId>(5 + i % 64));
    }
    examples.push_back(example);
  }
  return corpus::pack(examples, 400);
}

Runtime runtime_on(at::Device device, bool bf16) {
  Runtime runtime;
  runtime.cuda = device.is_cuda();
  runtime.bf16 = bf16;
  runtime.deterministic = true;
  return runtime;
}

struct Outcome {
  double loss;
  std::vector<at::Tensor> gradients, parameters;
};

/// Loss, gradients, and the parameters after two steps.
Outcome two_steps(double dropout, at::Device device, bool bf16) {
  auto model = small_model(dropout, device);
  const auto work = batches();
  const auto runtime = runtime_on(device, bf16);
  Outcome outcome{train::accumulate_gradients(model, work, runtime, 1, 0).item<double>(), {}, {}};
  for (const auto& parameter : model->parameters()) outcome.gradients.push_back(parameter.grad().clone());
  train::AdamW optimizer(*model, {});
  for (int step = 0; step < 2; ++step) {
    if (step > 0) train::accumulate_gradients(model, work, runtime, 1, step);
    optimizer.clip_gradients(1);
    optimizer.step(1e-3);
    optimizer.clear_gradients();
  }
  outcome.parameters = model->parameters();
  return outcome;
}

void check_near(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    // A key's bias moves no softmax: its gradient is nothing but rounding.
    if (expected[i].abs().max().item<double>() < 1e-6) continue;
    INFO("parameter " << i << " of shape " << expected[i].sizes());
    CHECK(relative_difference(found[i], expected[i]) < tolerance);
  }
}

void check_as_on_cpu(double dropout) {
  const auto host = two_steps(dropout, at::kCPU, false), device = two_steps(dropout, at::kCUDA, false);
  CHECK(device.loss == Approx(host.loss).epsilon(1e-5));
  check_near(device.gradients, host.gradients, 2e-3);
}

}  // namespace

TEST_CASE("the model in fp32 has the CPU's loss and gradients on the GPU", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  check_as_on_cpu(0);
}

TEST_CASE("the model in fp32 has the CPU's loss and gradients on the GPU with dropout, too", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  if (!cuda_kernels_problem().empty()) CMGEMS_SKIP("without our kernels LibTorch's generator draws");
  check_as_on_cpu(0.1);
}

TEST_CASE("logits on the GPU equal the CPU's", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const torch::NoGradGuard no_grad;
  auto host = small_model(0, at::kCPU), device = small_model(0, at::kCUDA);
  for (const auto& batch : batches()) {
    const auto logits = [&](MaskedLm& model, at::Device where, at::ScalarType compute) {
      Pass pass{compute, {}};
      return model->forward(to_ragged(batch, where), select_masked(batch, where), pass);
    };
    const auto expected = logits(host, at::kCPU, at::kFloat);
    CHECK(relative_difference(logits(device, at::kCUDA, at::kFloat), expected) < 1e-4);
    CHECK(relative_difference(logits(device, at::kCUDA, at::kBFloat16), expected) < 0.05);
  }
}

TEST_CASE("the model in bf16 stays near fp32", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const auto host = two_steps(0, at::kCPU, false), device = two_steps(0, at::kCUDA, true);
  CHECK(device.loss == Approx(host.loss).epsilon(5e-3));
  check_near(device.gradients, host.gradients, 0.1);
}

TEST_CASE("training on the GPU gives the same bits twice", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  for (const bool bf16 : {false, true}) {
    const auto one = two_steps(0.1, at::kCUDA, bf16), two = two_steps(0.1, at::kCUDA, bf16);
    CHECK(one.loss == two.loss);
    for (std::size_t i = 0; i < one.parameters.size(); ++i) {
      INFO("parameter " << i << (bf16 ? ", bf16" : ", fp32"));
      CHECK(at::equal(one.gradients[i], two.gradients[i]));
      CHECK(at::equal(one.parameters[i], two.parameters[i]));
    }
  }
}

TEST_CASE("a step of AdamW on the GPU equals the CPU's", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  auto host = small_model(0, at::kCPU), device = small_model(0, at::kCUDA);
  train::AdamW host_optimizer(*host, {}), device_optimizer(*device, {});
  torch::manual_seed(1);
  const auto on_host = host->parameters(), on_device = device->parameters();
  for (int step = 0; step < 3; ++step) {
    for (std::size_t i = 0; i < on_host.size(); ++i) {
      on_host[i].mutable_grad() = torch::randn_like(on_host[i]);
      on_device[i].mutable_grad() = on_host[i].grad().to(at::kCUDA);
    }
    const auto norm = host_optimizer.clip_gradients(1).item<double>();
    CHECK(device_optimizer.clip_gradients(1).item<double>() == Approx(norm).epsilon(1e-4));
    host_optimizer.step(1e-3);
    device_optimizer.step(1e-3);
  }
  check_near(on_device, on_host, 1e-4);
}

TEST_CASE("steps on the GPU leave no memory behind", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  auto model = small_model(0.1, at::kCUDA);
  train::AdamW optimizer(*model, {});
  const auto work = batches();
  const auto held = [] { return c10::getDeviceAllocator(at::kCUDA)->getDeviceStats(0).allocated_bytes[0].current; };
  std::vector<std::int64_t> after;
  for (int step = 0; step < 4; ++step) {
    train::accumulate_gradients(model, work, runtime_on(at::kCUDA, true), 1, step);
    optimizer.step(1e-3);
    optimizer.clear_gradients();
    after.push_back(held());
  }
  CHECK(after[3] == after[1]);
}
