// Pretraining windows: consecutive, non-overlapping pieces of the genome, a pure function of (genome, seed, epoch).
// Validation is split off by genome block before windows are cut; no base of it is ever trained on.
#pragma once

#include <cstdint>
#include <vector>

#include "cmgems/corpus/options.h"
#include "cmgems/genome/genome.h"

namespace cmgems::corpus {

/// One window: bases [begin, begin + tokens + k - 1) of the packed genome. A human genome has 30 million short ones, so
/// both numbers share 8 bytes.
struct Window {
  std::uint64_t begin : 48;
  std::uint64_t tokens : 16;
};
static_assert(sizeof(Window) == 8);

struct WindowSet {
  std::vector<Window> train;
  std::vector<Window> validation;
  std::uint64_t duplicates = 0;  // exact copies dropped from train and validation
  std::uint64_t train_bases = 0;
  std::uint64_t validation_bases = 0;
};

/// Cuts the genome. Beyond the windows themselves, finding duplicates takes about 20 MB. `epoch` matters only with
/// recut_each_epoch. Throws: DataError when the genome is too short for one block on each side, saying how many bases
/// are needed.
WindowSet cut_windows(const genome::Genome& genome, const DataOptions& options, std::uint64_t seed,
                      std::uint64_t epoch = 0);

/// Windows that cover every k-mer of the genome once, as few as there can be, of equal length within a run of bases but
/// for one token: what a trained model is measured on. Runs shorter than k have none.
std::vector<Window> cover_windows(const genome::Genome& genome, int k, std::size_t longest);

}  // namespace cmgems::corpus
