// Splits and weights of labelled rows: pure functions of labels and seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmgems::tasks {

/// What rows are set aside for: splits of one seed never share random numbers. The values are streams of
/// Purpose::few_shot, of which draws have 0 and orders of epochs 1.
enum class Split : std::uint64_t { test = 2, held_out = 3 };

/// Positions of about `share` of the rows of each class, at least one and not all, ascending.
/// Throws: DataError that names `what` (a class with a single row).
std::vector<std::size_t> stratified_rows(const std::vector<int>& labels, int classes, double share, std::uint64_t seed,
                                         Split split, const std::string& what);

/// A weight for each class, so that all of them count the same: rows / (classes with rows * rows of the class), 0 for a
/// class without rows. Equal to scikit-learn's compute_class_weight("balanced").
std::vector<double> balanced_class_weights(const std::vector<int>& labels, int classes);

}  // namespace cmgems::tasks
