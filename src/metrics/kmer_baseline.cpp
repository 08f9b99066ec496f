#include "cmgems/metrics/kmer_baseline.h"

#include <algorithm>
#include <map>

#include "cmgems/base/error.h"
#include "cmgems/genome/genome.h"
#include "logistic_regression.h"

namespace cmgems::metrics {
namespace {

constexpr int kMaximumK = 12;

/// Counts of the k-mers without a base outside ACGT.
SparseRow count_kmers(const std::string& sequence, int k) {
  const std::uint32_t mask = (std::uint32_t{1} << (2 * k)) - 1;
  std::map<std::uint32_t, double> counts;
  std::uint32_t kmer = 0;
  int known = 0;  // bases since the last one outside ACGT
  for (const char base : sequence) {
    const auto code = genome::base_code(base);
    known = code == genome::kNotABase ? 0 : known + 1;
    kmer = (kmer << 2 | (code & 3U)) & mask;
    if (known >= k) ++counts[kmer];
  }
  return {counts.begin(), counts.end()};
}

std::vector<SparseRow> count_kmers(std::span<const std::string> sequences, int k) {
  std::vector<SparseRow> rows;
  rows.reserve(sequences.size());
  for (const auto& sequence : sequences) rows.push_back(count_kmers(sequence, k));
  return rows;
}

/// Labels of the training rows, ascending. A class without training rows has no finite intercept: it stays out.
std::vector<int> present_classes(std::span<const int> labels, int classes) {
  std::vector<int> present(labels.begin(), labels.end());
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  if (present.empty() || present.front() < 0 || present.back() >= classes) {
    throw InternalError("the k-mer baseline needs training labels from 0 to below " + std::to_string(classes));
  }
  return present;
}

}  // namespace

std::vector<double> kmer_baseline(std::span<const std::string> train_sequences, std::span<const int> train_labels,
                                  std::span<const std::string> test_sequences, int classes,
                                  const BaselineOptions& options) {
  if (train_sequences.size() != train_labels.size() || options.k < 1 || options.k > kMaximumK || !(options.c > 0)) {
    throw InternalError("the k-mer baseline needs one label per sequence, k from 1 to 12 and a positive C");
  }
  const auto present = present_classes(train_labels, classes);
  std::vector<double> result(test_sequences.size() * static_cast<std::size_t>(classes), 0.0);
  const auto at = [&](std::size_t row, int c) -> double& {
    return result[row * static_cast<std::size_t>(classes) + static_cast<std::size_t>(c)];
  };
  if (present.size() == 1) {
    for (std::size_t row = 0; row < test_sequences.size(); ++row) at(row, present[0]) = 1;
    return result;
  }
  std::vector<int> labels;
  for (const int label : train_labels) {
    labels.push_back(static_cast<int>(std::lower_bound(present.begin(), present.end(), label) - present.begin()));
  }
  const LogisticRegression model(count_kmers(train_sequences, options.k), labels, present.size(),
                                 std::size_t{1} << (2 * options.k), options.c);
  std::vector<double> probabilities(present.size());
  for (std::size_t row = 0; row < test_sequences.size(); ++row) {
    model.predict(count_kmers(test_sequences[row], options.k), probabilities);
    for (std::size_t i = 0; i < present.size(); ++i) at(row, present[i]) = probabilities[i];
  }
  return result;
}

}  // namespace cmgems::metrics
