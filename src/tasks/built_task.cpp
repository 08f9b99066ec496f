#include "cmgems/tasks/built_task.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <unordered_set>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/genome/genome.h"
#include "cmgems/genome/reader.h"

namespace cmgems::tasks {
namespace {

constexpr int kReplacements = 12;
constexpr std::size_t kPieces = 20;  // a replacement is a piece of so many
constexpr std::size_t kFewest = 10;
// Second counters of Purpose::synthetic; the built-in genome and task have 0 and 1.
constexpr std::uint64_t kCopies = 2, kOrder = 3;

struct Row {
  Example example;
  std::size_t origin;
};

std::vector<std::string> read_positives(const std::filesystem::path& path, const BuildOptions& options,
                                        BuiltTask& task) {
  std::vector<std::string> positives;
  std::unordered_set<std::string> seen;
  genome::for_each_record(path, [&](genome::FastaRecord record) {
    if (record.bases.empty()) return void(++task.empty);
    if (record.bases.size() > options.max_length) return void(++task.too_long);
    if (!seen.insert(record.bases).second) return void(++task.repeated);
    positives.push_back(std::move(record.bases));
  });
  task.positives = positives.size();
  if (positives.size() >= kFewest) return positives;
  throw DataError(path.string() + ": " + std::to_string(positives.size()) + " different sequences of at most " +
                  std::to_string(options.max_length) + " bases; ten or more are needed (" +
                  std::to_string(task.too_long) + " are longer)");
}

template <class Value>
void shuffle(std::vector<Value>& values, std::uint64_t seed, std::uint64_t which) {
  RandomStream stream(seed, Purpose::synthetic, which, kOrder);
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[stream.below(static_cast<std::uint32_t>(i))]);
  }
}

/// Origins whose rows are all test rows.
std::set<std::size_t> test_origins(std::size_t origins, const BuildOptions& options) {
  std::vector<std::size_t> order(origins);
  for (std::size_t i = 0; i < origins; ++i) order[i] = i;
  shuffle(order, options.seed, 1);
  const auto count = static_cast<std::size_t>(std::lround(options.test_share * static_cast<double>(origins)));
  return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(count, 1, origins - 1))};
}

void split(std::vector<Row> rows, const BuildOptions& options, BuiltTask& task) {
  shuffle(rows, options.seed, 0);
  const auto wanted = static_cast<std::size_t>(std::lround(options.test_share * static_cast<double>(rows.size())));
  const bool grouped = options.split == TaskSplit::grouped;
  const auto chosen = grouped ? test_origins(task.positives, options) : std::set<std::size_t>{};
  std::set<std::size_t> trained, tested;
  for (auto& row : rows) {
    const bool test = grouped ? chosen.contains(row.origin) : task.test.size() < wanted;
    (test ? tested : trained).insert(row.origin);
    (test ? task.test : task.train).push_back(std::move(row.example));
  }
  for (const auto origin : tested) task.crossing += trained.contains(origin);
}

}  // namespace

std::string changed_copy(const std::string& positive, std::uint64_t seed, std::uint64_t number) {
  const std::size_t piece = std::max<std::size_t>(1, positive.size() / kPieces);
  RandomStream stream(seed, Purpose::synthetic, number, kCopies);
  std::string copy = positive;
  while (copy == positive) {  // a short one may come out as it was
    for (int i = 0; i < kReplacements; ++i) {
      const auto first = stream.below(static_cast<std::uint32_t>(positive.size() - piece + 1));
      for (std::size_t base = first; base < first + piece; ++base) copy[base] = genome::kBaseLetters[stream.below(4)];
    }
  }
  return copy;
}

BuiltTask build_task(const std::filesystem::path& positives, const BuildOptions& options) {
  BuiltTask task;
  std::vector<Row> rows;
  for (const auto& positive : read_positives(positives, options, task)) {
    const auto origin = rows.size() / 2;
    rows.push_back({{positive, 1}, origin});
    rows.push_back({{changed_copy(positive, options.seed, origin), 0}, origin});
  }
  split(std::move(rows), options, task);
  return task;
}

}  // namespace cmgems::tasks
