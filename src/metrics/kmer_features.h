// What logistic regression on k-mer counts is fitted to. Private to this layer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "logistic_regression.h"

namespace cmgems::metrics {

/// Counts of the k-mers of each sequence without a base outside ACGT. REQUIRES: 1 <= k <= 12.
std::vector<SparseRow> count_kmers(std::span<const std::string> sequences, int k);

/// Labels of the training rows, ascending. A class without training rows has no finite intercept: it stays out.
/// Throws: InternalError when there is none, or one outside 0..classes-1.
std::vector<int> present_classes(std::span<const int> labels, int classes);

/// Positions of the labels among the present ones. REQUIRES: all are present.
std::vector<int> positions_of(std::span<const int> labels, std::span<const int> present);

/// Probabilities of the present classes at the places of all, 0 for the others. -> [rows, classes] row-major.
std::vector<double> predict_rows(const LogisticRegression& model, std::span<const SparseRow> rows,
                                 std::span<const int> present, int classes);

}  // namespace cmgems::metrics
