// The labelled sequences of finetune: few-shot tasks or own tables.
#pragma once

#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/tasks/few_shot.h"

namespace cmgems::apps {

/// What was left out of --task all, and why.
struct LeftOut {
  std::string name;  // prom-core, prom-core-1000
  std::string reason;
};

struct LabelledData {
  std::vector<tasks::TaskData> tasks;
  std::vector<LeftOut> left_out;
};

/// Loads what inputs.task (a task, several with commas, or all) or inputs.train, dev and test name, and stores in the
/// configuration what the defaults of shots, runs and folders came to. Own rows need `k` bases. Of "all", tasks without
/// files are left out.
/// Throws: as tasks::load_task and tasks::read_own_data do; InputNotFound when no task of "all" has its files.
LabelledData load_labelled_data(config::Config& config, int k);

/// A task by its name. Throws: as tasks::load_task does.
tasks::TaskData load_task(config::Config& config, const std::string& name);

}  // namespace cmgems::apps
