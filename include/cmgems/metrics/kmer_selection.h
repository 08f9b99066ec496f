// The best that k-mer counts alone can do on a set with a dev table: logistic regression of several k and C, the one of
// lowest dev loss.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cmgems::metrics {

struct LabelledSequences {
  std::span<const std::string> sequences;
  std::span<const int> labels;
};

struct KmerGrid {
  std::vector<int> k{3, 4, 5, 6};
  std::vector<double> c{0.001, 0.01, 0.1, 1};  // ascending: each fit starts from the one before
  double tolerance = 1e-5;                     // of a fit, per training row (FitOptions): scores no longer change
};

struct KmerSelection {
  int k = 0;
  double c = 0;
  double dev_loss = 0;                // mean -log p
  std::vector<double> probabilities;  // of the test rows, [rows, classes] row-major
};

/// Fits on `train` alone, each k in a thread of its own, at most `threads` at a time; the result does not depend on
/// their number. Of equal dev losses the smaller k, then the smaller C counts.
/// Throws: InternalError (sizes that do not match, dev labels that no training row has, no convergence).
KmerSelection select_kmer_baseline(const LabelledSequences& train, const LabelledSequences& dev,
                                   std::span<const std::string> test_sequences, int classes, int threads,
                                   const KmerGrid& grid = {});

}  // namespace cmgems::metrics
