#include "cmgems/metrics/kmer_selection.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <thread>

#include "cmgems/base/error.h"
#include "kmer_features.h"

namespace cmgems::metrics {
namespace {

struct Task {
  LabelledSequences train, dev;
  std::span<const std::string> test;
  int classes;
  const KmerGrid& grid;
};

double mean_log_loss(std::span<const double> probabilities, std::span<const int> labels, int classes) {
  double sum = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double p = probabilities[row * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[row])];
    sum -= std::log(std::max(p, std::numeric_limits<double>::min()));
  }
  return sum / static_cast<double>(labels.size());
}

/// The best C of one k.
KmerSelection select_c(const Task& task, int k) {
  const auto present = present_classes(task.train.labels, task.classes);
  const auto labels = positions_of(task.train.labels, present);
  const auto train = count_kmers(task.train.sequences, k), dev = count_kmers(task.dev.sequences, k),
             test = count_kmers(task.test, k);
  KmerSelection best{k, 0, std::numeric_limits<double>::infinity(), {}};
  const double tolerance = task.grid.tolerance * static_cast<double>(train.size());
  std::vector<double> start;
  for (const double c : task.grid.c) {
    const LogisticRegression model(train, labels, present.size(), std::size_t{1} << (2 * k), c, {tolerance, start});
    start.assign(model.weights().begin(), model.weights().end());
    const double loss = mean_log_loss(predict_rows(model, dev, present, task.classes), task.dev.labels, task.classes);
    if (!(loss < best.dev_loss)) continue;
    best.c = c;
    best.dev_loss = loss;
    best.probabilities = predict_rows(model, test, present, task.classes);
  }
  return best;
}

void check(const Task& task) {
  const auto fits = [](const LabelledSequences& rows) {
    return !rows.labels.empty() && rows.sequences.size() == rows.labels.size();
  };
  if (!fits(task.train) || !fits(task.dev) || task.grid.k.empty() || task.grid.c.empty()) {
    throw InternalError("the selection of a k-mer baseline needs rows, one label for each, and a grid");
  }
  const auto present = present_classes(task.train.labels, task.classes);
  if (present.size() < 2) throw InternalError("the selection of a k-mer baseline needs two classes in train");
  for (const int label : task.dev.labels) {
    if (!std::binary_search(present.begin(), present.end(), label)) {
      throw InternalError("dev label " + std::to_string(label) + " is not in train");
    }
  }
}

}  // namespace

KmerSelection select_kmer_baseline(const LabelledSequences& train, const LabelledSequences& dev,
                                   std::span<const std::string> test_sequences, int classes, int threads,
                                   const KmerGrid& grid) {
  const Task task{train, dev, test_sequences, classes, grid};
  check(task);
  std::vector<KmerSelection> results(grid.k.size());
  std::vector<std::exception_ptr> problems(grid.k.size());
  std::atomic<std::size_t> taken = 0;
  const auto work = [&] {
    for (;;) {
      const auto number = taken++;
      if (number >= grid.k.size()) return;
      const auto place = grid.k.size() - 1 - number;  // the longest work first
      try {
        results[place] = select_c(task, grid.k[place]);
      } catch (...) {
        problems[place] = std::current_exception();
      }
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < std::min(threads, static_cast<int>(grid.k.size())); ++i) others.emplace_back(work);
  work();
  for (auto& thread : others) thread.join();
  for (const auto& problem : problems) {
    if (problem) std::rethrow_exception(problem);
  }
  return *std::min_element(results.begin(), results.end(),
                           [](const auto& a, const auto& b) { return a.dev_loss < b.dev_loss; });
}

}  // namespace cmgems::metrics
