// The settings of a pretraining that takes milliseconds.
#pragma once

#include "cmgems/config/config.h"

namespace cmgems::test {

/// 12 steps of LOGO with 8 hidden units on 3-mers; perplexity is measured at 4, 8 and 12.
inline config::Config tiny_run() {
  config::Config config;
  config.data = {.k = 3, .max_tokens = 12};
  config.model.preset = config::Preset::logo;
  config.model.hidden_size = 8;
  config.model.intermediate_size = 16;
  config.model.num_attention_heads = 2;
  config.train.max_steps = 12;
  config.train.windows_per_step = 4;
  config.train.eval_steps = 4;
  config.train.validation_windows = 20;
  config.train.learning_rate = 1e-2;
  config.compute.device = config::DeviceChoice::cpu;
  return config;
}

}  // namespace cmgems::test
