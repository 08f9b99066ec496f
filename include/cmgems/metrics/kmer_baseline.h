// What a user gets without any pretraining: multinomial logistic regression on raw k-mer counts of the sequence,
// L2 with C on the summed loss, free intercept (equal to scikit-learn's LogisticRegression(C=0.1)), L-BFGS.
//
// Parametrisation, as scikit-learn's default: two classes have one weight vector (the log odds of class 1), three and
// more one vector per class. A softmax with a vector for each of two classes would be the same model with 2 C.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cmgems::metrics {

struct BaselineOptions {
  int k = 3;
  double c = 0.1;
};

/// Class probabilities [test rows, classes] row-major, after fitting on the training rows. k-mers with a base outside
/// ACGT are not counted; a class without training rows has probability 0. Throws: InternalError (sizes that do not
/// match, no convergence).
std::vector<double> kmer_baseline(std::span<const std::string> train_sequences, std::span<const int> train_labels,
                                  std::span<const std::string> test_sequences, int classes,
                                  const BaselineOptions& options = {});

}  // namespace cmgems::metrics
