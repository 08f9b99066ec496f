#include "labelled_data.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "inputs.h"

namespace cmgems::apps {
namespace {

constexpr std::int64_t kTaskShots = 10;
constexpr std::int64_t kTaskRuns = 10;

tasks::TaskData load_own_data(config::Config& config) {
  auto& inputs = config.inputs;
  tasks::TaskData task;
  task.name = std::filesystem::path(*inputs.train_table).filename().string();
  task.pool = tasks::read_labelled_table(*inputs.train_table);
  task.test = tasks::read_labelled_table(*inputs.test_table);
  task.classes = std::max(task.pool.classes(), task.test.classes());
  if (task.classes < 2) throw DataError(*inputs.train_table + ": a single label; two or more classes are needed");
  if (const auto shared = tasks::shared_rows(task.pool, task.test); shared > 0) {
    task.notes.push_back(std::to_string(shared) + " of " + std::to_string(task.test.examples.size()) +
                         " test sequences also occur in the training rows");
  }
  inputs.train_table = absolute_path(*inputs.train_table);
  inputs.test_table = absolute_path(*inputs.test_table);
  return task;
}

void tell_table(const std::string& what, const tasks::LabelledTable& table) {
  std::size_t shortest = table.examples.front().sequence.size(), longest = 0;
  for (const auto& example : table.examples) {
    shortest = std::min(shortest, example.sequence.size());
    longest = std::max(longest, example.sequence.size());
  }
  log_debug(what + ": " + format_count(table.examples.size()) + " rows of " + std::to_string(shortest) + " to " +
            std::to_string(longest) + " bases from " + table.path.string());
}

}  // namespace

tasks::TaskData load_labelled_data(config::Config& config) {
  auto& finetune = config.finetune;
  tasks::TaskData task;
  if (config.inputs.train_table) {
    if (!finetune.runs) finetune.runs = 1;
    task = load_own_data(config);
  } else {
    if (!finetune.shots) finetune.shots = kTaskShots;
    if (!finetune.runs) finetune.runs = kTaskRuns;
    const bool needs_files = *config.inputs.task != "synthetic";
    task = tasks::load_task(*config.inputs.task, needs_files ? resolve_data(config) : std::filesystem::path("data"));
  }
  tell_table("training pool", task.pool);
  tell_table("test set", task.test);
  return task;
}

}  // namespace cmgems::apps
