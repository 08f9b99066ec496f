#include "cmgems/tasks/own_data.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "cmgems/base/error.h"
#include "cmgems/tasks/sampling.h"
#include "labelled_rows.h"

namespace cmgems::tasks {
namespace {

constexpr std::size_t kManyClasses = 20;  // from here on a class must have two rows or more, on the average

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Numbers by value before words, words by their bytes.
struct LabelOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    const auto x = whole_number(a), y = whole_number(b);
    if (x && y && *x != *y) return *x < *y;
    if (x.has_value() != y.has_value()) return x.has_value();
    return a < b;
  }
};

/// The classes of the training rows, by label.
class Classes {
 public:
  explicit Classes(const LabelledRows& train) : path_(train.path) {
    for (const auto& row : train.rows) numbers_[row.label] = 0;
    int next = 0;
    for (auto& [label, number] : numbers_) number = next++;
    if (size() < 2) {
      throw DataError(path_.string() + ": a single label, '" + numbers_.begin()->first +
                      "'; two or more classes are needed");
    }
    if (numbers_.size() > kManyClasses && 2 * numbers_.size() > train.rows.size()) {
      throw DataError(path_.string() + ": " + std::to_string(size()) + " different labels in " +
                      std::to_string(train.rows.size()) +
                      " rows; expected classes of several rows each, not measurements or names of sequences");
    }
  }

  int size() const { return static_cast<int>(numbers_.size()); }

  /// Empty when the labels are the numbers of the classes already.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    bool numbered = true;
    for (const auto& [label, number] : numbers_) {
      names.push_back(label);
      numbered = numbered && label == std::to_string(number);
    }
    return numbered ? std::vector<std::string>{} : names;
  }

  LabelledTable table(const LabelledRows& rows) const {
    LabelledTable table{rows.path, {}};
    for (const auto& row : rows.rows) {
      const auto found = numbers_.find(row.label);
      if (found == numbers_.end()) unknown(rows.path, row);
      table.examples.push_back({row.sequence, found->second});
    }
    return table;
  }

 private:
  [[noreturn]] void unknown(const std::filesystem::path& path, const LabelledRow& row) const {
    constexpr std::size_t kShown = 10;
    std::string known;
    for (const auto& [label, number] : numbers_) {
      if (static_cast<std::size_t>(number) < kShown) known += (known.empty() ? "" : ", ") + label;
    }
    if (numbers_.size() > kShown) known += ", ...";
    throw DataError(path.string() + " " + row.place + ": label '" + row.label +
                    "' does not occur in the training rows " + path_.string() + ", which have " + known);
  }

  std::filesystem::path path_;
  std::map<std::string, int, LabelOrder> numbers_;
};

std::string share_of(std::size_t part, const LabelledTable& table, const std::string& rows) {
  return std::to_string(part) + " of " + std::to_string(table.examples.size()) + " " + rows;
}

/// Takes the test rows out of the training rows.
void split_test(TaskData& task, const OwnDataOptions& options) {
  std::vector<int> labels;
  labels.reserve(task.pool.examples.size());
  for (const auto& example : task.pool.examples) labels.push_back(example.label);
  const auto taken =
      stratified_rows(labels, task.classes, options.test_share, options.seed, Split::test, task.pool.path.string());
  LabelledTable rest{task.pool.path, {}};
  task.test = {task.pool.path, {}};
  auto next = taken.begin();
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const bool test = next != taken.end() && *next == row;
    if (test) ++next;
    (test ? task.test : rest).examples.push_back(std::move(task.pool.examples[row]));
  }
  task.pool = std::move(rest);
  task.notes.push_back("no test file was given: " + std::to_string(task.test.examples.size()) + " of " +
                       std::to_string(labels.size()) + " rows, the same share of each class, were drawn by seed " +
                       std::to_string(options.seed) + " as test rows; every run has the same ones");
}

void add_overlap(TaskData& task, const LabelledTable& table, const std::string& rows) {
  if (const auto shared = shared_rows(task.pool, table); shared > 0) {
    task.notes.push_back(share_of(shared, table, rows) +
                         " also occur in the training rows; they are scored all the same");
  }
}

}  // namespace

TaskData read_own_data(const OwnDataFiles& files, const OwnDataOptions& options) {
  const auto train = read_labelled_rows(files.train, options);
  const Classes classes(train);
  TaskData task;
  task.name = files.train.filename().string();
  task.classes = classes.size();
  task.labels = classes.names();
  task.pool = classes.table(train);
  std::vector<std::string> skipped{train.skipped};
  const auto read = [&](const std::filesystem::path& path) {
    const auto rows = read_labelled_rows(path, options);
    skipped.push_back(rows.skipped);
    return classes.table(rows);
  };
  if (files.dev) task.dev = read(*files.dev);
  if (files.test) task.test = read(*files.test);
  for (const auto& sentence : skipped) {
    if (!sentence.empty()) task.notes.push_back(sentence);
  }
  if (!files.test) split_test(task, options);
  add_overlap(task, task.test, "test sequences");
  if (task.dev) add_overlap(task, *task.dev, "dev sequences");
  return task;
}

}  // namespace cmgems::tasks
