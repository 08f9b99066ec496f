// The result of fine-tuning: the model beside what needs no pretraining, for people and as JSON.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "cmgems/config/train_options.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/train/finetuner.h"
#include "labelled_data.h"

namespace cmgems::apps {

/// One method's scores, one entry a run.
struct MethodScores {
  std::string name;
  std::string kind;  // model, or a word of config::baseline_words()
  std::vector<metrics::ClassificationScores> runs;
};

/// One task and number of shots.
struct FinetuneResult {
  std::string task;
  std::string model;  // folder, or "random"
  std::filesystem::path run, pool, dev, test;
  int classes = 0;
  std::vector<std::string> labels;  // names of the classes, if they have any
  std::size_t pool_rows = 0, dev_rows = 0, test_rows = 0;
  std::int64_t shots = 0;  // per class; 0 = every row
  train::FinetunePlan plan{};
  config::FinetuneOptions options{};
  std::vector<train::FinetuneRun> model_runs;
  std::vector<MethodScores> methods;  // model first
  std::vector<std::string> notes;
};

/// One result as it is, several as a table with a row for each.
void print_finetune_text(std::ostream& out, const std::vector<FinetuneResult>& results,
                         const std::vector<LeftOut>& left_out);
/// One result as an object; several, or with something left out, as {"command", "results", "left_out"}.
std::string finetune_json(const std::vector<FinetuneResult>& results, const std::vector<LeftOut>& left_out);

}  // namespace cmgems::apps
