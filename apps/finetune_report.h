// The result of fine-tuning: the model beside what needs no pretraining, for people and as JSON.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "cmgems/metrics/classification.h"
#include "cmgems/train/finetuner.h"

namespace cmgems::apps {

/// One method's scores, one entry a run.
struct MethodScores {
  std::string name;
  std::vector<metrics::ClassificationScores> runs;
};

struct FinetuneResult {
  std::string task;
  std::string model;  // folder, or "random"
  std::filesystem::path run, pool, test;
  int classes = 0;
  std::size_t pool_rows = 0, test_rows = 0;
  std::int64_t shots = 0;  // per class; 0 = every row
  train::FinetunePlan plan{};
  std::vector<train::FinetuneRun> model_runs;
  std::vector<MethodScores> methods;  // model first
  std::vector<std::string> notes;
};

void print_finetune_text(std::ostream& out, const FinetuneResult& result);
std::string finetune_json(const FinetuneResult& result);

}  // namespace cmgems::apps
