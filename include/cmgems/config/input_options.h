// The configuration's `inputs` section: files, builtin:synthetic, or null for the documented defaults.
#pragma once

#include <string>
#include <vector>

#include "cmgems/base/options.h"

namespace cmgems::config {

struct InputOptions {
  std::vector<std::string> genome;         // FASTA or .2bit files, or builtin:synthetic
  std::optional<std::string> task;         // a few-shot task, several with commas, or all
  std::optional<std::string> train_table;  // own labelled data
  std::optional<std::string> dev_table;    // held out from training, for early stopping and the choice of a rate
  std::optional<std::string> test_table;   // null = a share of the training rows
  std::optional<std::string> data;         // data folder
  std::optional<std::string> model;        // model folder, or "random" for a randomly initialised encoder
};
void describe(OptionVisitor& visitor, InputOptions& options);

}  // namespace cmgems::config
