#include "labelled_data.h"

#include <algorithm>
#include <sstream>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/tasks/own_data.h"
#include "command.h"
#include "inputs.h"
#include "path_from_here.h"

namespace cmgems::apps {
namespace {

constexpr std::int64_t kTaskShots = 10;
constexpr std::int64_t kTaskRuns = 10;
constexpr const char* kAll = "all";
constexpr const char* kSynthetic = "synthetic";

tasks::TaskData load_own_data(config::Config& config, int k) {
  auto& inputs = config.inputs;
  tasks::OwnDataFiles files{path_from_here(*inputs.train_table), {}, {}};
  if (inputs.dev_table) files.dev = path_from_here(*inputs.dev_table);
  if (inputs.test_table) files.test = path_from_here(*inputs.test_table);
  tasks::OwnDataOptions options;
  options.bad_rows = config.finetune.bad_rows;
  options.min_bases = static_cast<std::size_t>(k);
  options.test_share = config.finetune.test_share;
  options.seed = static_cast<std::uint64_t>(config.finetune.seed);
  auto task = tasks::read_own_data(files, options);
  for (auto* table : {&inputs.train_table, &inputs.dev_table, &inputs.test_table}) {
    if (*table) *table = absolute_path(**table);
  }
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

/// The words between commas.
std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) words.push_back(word);
  return words;
}

/// Every published task whose files are there.
LabelledData load_all(config::Config& config) {
  LabelledData data;
  std::string missing;
  for (const auto& name : tasks::known_tasks()) {
    if (name == kSynthetic) continue;
    try {
      data.tasks.push_back(load_task(config, name));
    } catch (const InputNotFound& error) {
      data.left_out.push_back({name, error.what()});
      missing += std::string("\n  ") + error.what();
    }
  }
  if (data.tasks.empty()) throw InputNotFound("no task of --task all has its files:" + missing);
  for (const auto& task : data.left_out) log_warning("left out: " + task.reason);
  return data;
}

LabelledData load_tasks(config::Config& config) {
  if (*config.inputs.task == kAll) return load_all(config);
  LabelledData data;
  for (const auto& name : words_of(*config.inputs.task)) {
    auto task = load_task(config, name);
    const bool twice = std::any_of(data.tasks.begin(), data.tasks.end(),
                                   [&](const tasks::TaskData& other) { return other.name == task.name; });
    if (twice) throw UsageError("--task names " + task.name + " twice");
    data.tasks.push_back(std::move(task));
  }
  return data;
}

}  // namespace

tasks::TaskData load_task(config::Config& config, const std::string& name) {
  return tasks::load_task(name, name == kSynthetic ? std::filesystem::path{} : resolve_data(config));
}

LabelledData load_labelled_data(config::Config& config, int k) {
  auto& finetune = config.finetune;
  LabelledData data;
  if (config.inputs.train_table) {
    if (!finetune.runs) finetune.runs = 1;
    data.tasks.push_back(load_own_data(config, k));
  } else {
    if (finetune.shots.empty()) finetune.shots = {kTaskShots};
    if (!finetune.runs) finetune.runs = kTaskRuns;
    data = load_tasks(config);
  }
  for (const auto& task : data.tasks) {
    tell_table(task.name + ", training pool", task.pool);
    if (task.dev) tell_table(task.name + ", dev set", *task.dev);
    tell_table(task.name + ", test set", task.test);
  }
  return data;
}

}  // namespace cmgems::apps
