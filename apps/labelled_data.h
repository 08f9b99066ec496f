// The labelled sequences of finetune: a few-shot task or own tables.
#pragma once

#include "cmgems/config/config.h"
#include "cmgems/tasks/few_shot.h"

namespace cmgems::apps {

/// Loads what inputs.task or inputs.train and inputs.test name, and stores in the configuration what the defaults of
/// shots, runs and folders came to.
/// Throws: as tasks::load_task and tasks::read_labelled_table do; DataError (own data with a single label).
tasks::TaskData load_labelled_data(config::Config& config);

}  // namespace cmgems::apps
