#include "kmer_features.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/genome/genome.h"

namespace cmgems::metrics {
namespace {

SparseRow counts_of(std::vector<std::uint32_t>& kmers) {
  std::sort(kmers.begin(), kmers.end());
  SparseRow row;
  for (std::size_t begin = 0, end = 0; begin < kmers.size(); begin = end) {
    while (end < kmers.size() && kmers[end] == kmers[begin]) ++end;
    row.emplace_back(kmers[begin], static_cast<float>(end - begin));
  }
  return row;
}

SparseRow count_kmers(const std::string& sequence, int k, std::vector<std::uint32_t>& kmers) {
  const std::uint32_t mask = (std::uint32_t{1} << (2 * k)) - 1;
  kmers.clear();
  std::uint32_t kmer = 0;
  int known = 0;  // bases since the last one outside ACGT
  for (const char base : sequence) {
    const auto code = genome::base_code(base);
    known = code == genome::kNotABase ? 0 : known + 1;
    kmer = (kmer << 2 | (code & 3U)) & mask;
    if (known >= k) kmers.push_back(kmer);
  }
  return counts_of(kmers);
}

}  // namespace

std::vector<SparseRow> count_kmers(std::span<const std::string> sequences, int k) {
  std::vector<SparseRow> rows;
  rows.reserve(sequences.size());
  std::vector<std::uint32_t> kmers;
  for (const auto& sequence : sequences) rows.push_back(count_kmers(sequence, k, kmers));
  return rows;
}

std::vector<int> present_classes(std::span<const int> labels, int classes) {
  std::vector<int> present(labels.begin(), labels.end());
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  if (present.empty() || present.front() < 0 || present.back() >= classes) {
    throw InternalError("the k-mer baseline needs training labels from 0 to below " + std::to_string(classes));
  }
  return present;
}

std::vector<int> positions_of(std::span<const int> labels, std::span<const int> present) {
  std::vector<int> positions;
  positions.reserve(labels.size());
  for (const int label : labels) {
    positions.push_back(static_cast<int>(std::lower_bound(present.begin(), present.end(), label) - present.begin()));
  }
  return positions;
}

std::vector<double> predict_rows(const LogisticRegression& model, std::span<const SparseRow> rows,
                                 std::span<const int> present, int classes) {
  const auto stride = static_cast<std::size_t>(classes);
  std::vector<double> result(rows.size() * stride, 0.0), probabilities(present.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    model.predict(rows[row], probabilities);
    for (std::size_t i = 0; i < present.size(); ++i) {
      result[row * stride + static_cast<std::size_t>(present[i])] = probabilities[i];
    }
  }
  return result;
}

}  // namespace cmgems::metrics
