// The result of a pretraining run, for people and as JSON.
#pragma once

#include <filesystem>
#include <ostream>

#include "cmgems/config/config.h"
#include "cmgems/train/pretrainer.h"
#include "observers.h"

namespace cmgems::apps {

struct PretrainResult {
  const config::Config& config;
  const train::PretrainSummary& summary;
  const Recorder& recorder;
  std::filesystem::path run;
};

void print_pretrain_text(std::ostream& out, const PretrainResult& result);
void print_pretrain_json(std::ostream& out, const PretrainResult& result);

}  // namespace cmgems::apps
