#include "cmgems/tasks/few_shot.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "task_files.h"

namespace cmgems::tasks {
namespace {

constexpr const char* kSynthetic = "synthetic";
constexpr std::uint64_t kSyntheticSeed = 1;

struct TaskSpecification {
  std::string name;
  std::vector<std::string> folders;  // its folder, by its name here and by the authors' names
  int classes;
  std::size_t test_rows;  // published
};

const std::vector<TaskSpecification>& specifications() {
  static const std::vector<TaskSpecification> tasks{
      {"prom-core", {"prom-core", "Prom-core"}, 2, 5920},
      {"prom-300", {"prom-300", "Prom-300", "prom300-both"}, 2, 5920},
      {"cohn-enh", {"cohn-enh", "Cohn-enh"}, 2, 6948},
      {"splice-40", {"splice-40", "Splice-40"}, 3, 3000},
      {"sil-300", {"sil-300", "Sil-300", "silencer"}, 2, 1657},
  };
  return tasks;
}

const TaskSpecification& specification(const std::string& name) {
  for (const auto& task : specifications()) {
    if (std::find(task.folders.begin(), task.folders.end(), name) != task.folders.end()) return task;
  }
  std::string known;
  for (const auto& task : known_tasks()) known += (known.empty() ? "" : ", ") + task;
  throw UsageError("unknown task '" + name + "'; known tasks are " + known);
}

std::vector<std::vector<std::size_t>> rows_by_class(const LabelledTable& table, int classes) {
  std::vector<std::vector<std::size_t>> rows(static_cast<std::size_t>(classes));
  for (std::size_t row = 0; row < table.examples.size(); ++row) {
    const auto label = static_cast<std::size_t>(table.examples[row].label);
    if (label < rows.size()) rows[label].push_back(row);
  }
  return rows;
}

/// Puts `count` rows in random order at the front (Fisher and Yates 1938).
void shuffle_front(std::vector<std::size_t>& rows, std::size_t count, RandomStream stream) {
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(rows[i], rows[i + stream.below(static_cast<std::uint32_t>(rows.size() - i))]);
  }
}

std::string rows_of(const LabelledTable& table, int classes) {
  std::string text = std::to_string(table.examples.size()) + " rows (per class:";
  for (const auto& rows : rows_by_class(table, classes)) (text += ' ') += std::to_string(rows.size());
  return text + ")";
}

void check_labels(const LabelledTable& table, const std::string& task, int classes) {
  if (table.classes() <= classes) return;
  throw DataError(table.path.string() + ": label " + std::to_string(table.classes() - 1) + ", but task '" + task +
                  "' has " + std::to_string(classes) + " classes; is it the file of another task?");
}

void add_notes(TaskData& task, std::size_t published_test_rows) {
  const auto& test = task.test.examples;
  task.notes.push_back("training rows are drawn from " + task.pool.path.string() + ", " +
                       rows_of(task.pool, task.classes));
  task.notes.push_back("test rows are those of " + task.test.path.string() + ", " + rows_of(task.test, task.classes));
  if (test.size() != published_test_rows) {
    task.notes.push_back("the published test set has " + std::to_string(published_test_rows) + " rows, this one " +
                         std::to_string(test.size()) + ": scores are not comparable");
  }
  if (const auto shared = shared_rows(task.pool, task.test); shared > 0) {
    task.notes.push_back(std::to_string(shared) + " of " + std::to_string(test.size()) +
                         " test sequences also occur in the training pool; they are scored all the same");
  }
}

}  // namespace

std::vector<std::string> known_tasks() {
  std::vector<std::string> names;
  for (const auto& task : specifications()) names.push_back(task.name);
  names.emplace_back(kSynthetic);
  return names;
}

TaskData load_task(const std::string& name, const std::filesystem::path& data_folder) {
  if (name == kSynthetic) return synthetic_task(kSyntheticSeed);
  const auto& task = specification(name);
  const auto files = find_task_files(task.name, task.folders, data_folder);
  TaskData data{task.name, read_labelled_table(files.pool), read_labelled_table(files.test), task.classes, {}};
  check_labels(data.pool, task.name, task.classes);
  check_labels(data.test, task.name, task.classes);
  add_notes(data, task.test_rows);
  return data;
}

std::vector<std::size_t> draw_shots(const LabelledTable& pool, int classes, int shots, std::uint64_t seed) {
  auto by_class = rows_by_class(pool, classes);
  std::vector<std::size_t> drawn;
  for (std::size_t label = 0; label < by_class.size(); ++label) {
    auto& rows = by_class[label];
    const std::size_t count = shots == 0 ? rows.size() : static_cast<std::size_t>(shots);
    if (rows.size() < count) {
      throw DataError(pool.path.string() + ": " + std::to_string(shots) + " rows of class " + std::to_string(label) +
                      " were asked for, but there are only " + std::to_string(rows.size()) + "; ask for fewer shots");
    }
    shuffle_front(rows, count, RandomStream(seed, Purpose::few_shot, label + 1));
    drawn.insert(drawn.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
  }
  shuffle_front(drawn, drawn.size(), RandomStream(seed, Purpose::few_shot, 0));
  return drawn;
}

std::string draw_note(const LabelledTable& pool, int classes, int shots) {
  for (const auto& rows : rows_by_class(pool, classes)) {
    if (shots != 0 && rows.size() != static_cast<std::size_t>(shots)) return "";
  }
  return "every run trains on all rows of " + pool.path.string() + ": the deviation is over seeds only, not over draws";
}

}  // namespace cmgems::tasks
