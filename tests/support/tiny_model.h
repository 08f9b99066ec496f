// Model folders with random weights, small enough for any test. Include catch_torch.h first.
#pragma once

#include "cmgems/nn/weights.h"
#include "support/tiny_bert.h"

namespace cmgems::test {

/// Random weights away from the linear regime, in the folder `path`; 0 classes: a masked language model of 3-mers.
inline void write_tiny_model(const std::filesystem::path& path, int classes, const std::string& pooling = "cls") {
  const auto write = [&](torch::nn::Module& module) {
    nn::initialise(module, config::PositionInit::normal, 3);
    for (auto& parameter : module.parameters()) {
      if (parameter.dim() == 2) parameter.set_data(parameter.detach() * 10);
    }
    nn::save_model(module, {tiny_shape(), 3, classes, pooling}, path);
  };
  if (classes == 0) {
    nn::MaskedLm model(tiny_shape());
    write(*model);
  } else {
    nn::Classifier model(tiny_shape(), classes, pooling == "mean" ? config::Pooling::mean : config::Pooling::cls);
    write(*model);
  }
}

/// On one thread of the processor, in fp32.
inline nn::Runtime tiny_runtime(std::int64_t micro_batch_tokens = 4096) {
  config::ComputeOptions options;
  options.device = config::DeviceChoice::cpu;
  options.threads = 1;
  options.micro_batch_tokens = micro_batch_tokens;
  return nn::start_runtime(options);
}

}  // namespace cmgems::test
