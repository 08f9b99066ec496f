// Masked-token perplexity of windows of a genome: the measure that pretraining validates with, for any sequence.
#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "cmgems/corpus/examples.h"
#include "cmgems/infer/model.h"

namespace cmgems::infer {

struct MaskedLoss {
  std::uint64_t windows = 0;
  std::uint64_t tokens = 0;  // k-mers
  std::uint64_t masked = 0;
  double sum = 0;  // of the cross-entropy over masked tokens
  void add(const MaskedLoss& other);
  /// NaN when no token was masked.
  double mean() const { return sum / static_cast<double>(masked); }
  double perplexity() const { return std::exp(mean()); }
};

/// One of the windows that are measured; its index is the key of its masks, whatever else is measured.
struct KeyedWindow {
  corpus::Window window;
  std::uint64_t index;
};

/// Loss of every contig of maker.genome, in order, over the windows. `after_batch` gets the windows done so far.
/// Windows and masks equal to those of a pretraining's validation give its perplexity.
/// Throws: UsageError when the model is a classifier; DataError that names a contig with a loss that is not finite.
std::vector<MaskedLoss> measure(Model& model, const corpus::ExampleMaker& maker, std::span<const KeyedWindow> windows,
                                const std::function<void(std::size_t)>& after_batch);

}  // namespace cmgems::infer
