#include "cmgems/metrics/kmer_baseline.h"

#include "cmgems/base/error.h"
#include "kmer_features.h"

namespace cmgems::metrics {
namespace {

constexpr int kMaximumK = 12;

}  // namespace

std::vector<double> kmer_baseline(std::span<const std::string> train_sequences, std::span<const int> train_labels,
                                  std::span<const std::string> test_sequences, int classes,
                                  const BaselineOptions& options) {
  if (train_sequences.size() != train_labels.size() || options.k < 1 || options.k > kMaximumK || !(options.c > 0)) {
    throw InternalError("the k-mer baseline needs one label per sequence, k from 1 to 12 and a positive C");
  }
  const auto present = present_classes(train_labels, classes);
  if (present.size() == 1) {
    const auto stride = static_cast<std::size_t>(classes);
    std::vector<double> result(test_sequences.size() * stride, 0.0);
    for (std::size_t row = 0; row < test_sequences.size(); ++row) {
      result[row * stride + static_cast<std::size_t>(present[0])] = 1;
    }
    return result;
  }
  const LogisticRegression model(count_kmers(train_sequences, options.k), positions_of(train_labels, present),
                                 present.size(), std::size_t{1} << (2 * options.k), options.c);
  return predict_rows(model, count_kmers(test_sequences, options.k), present, classes);
}

}  // namespace cmgems::metrics
