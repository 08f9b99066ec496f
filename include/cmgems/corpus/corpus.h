// Examples and global batches of pretraining: genome + windows + masker -> ragged batches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "cmgems/corpus/batch.h"
#include "cmgems/corpus/dealing.h"
#include "cmgems/corpus/mask_statistics.h"
#include "cmgems/corpus/windows.h"
#include "cmgems/genome/genome.h"
#include "cmgems/masking/masker.h"

namespace cmgems::corpus {

/// The windows of one optimizer step, or a rank's share of them, split to the token budget.
struct GlobalBatch {
  std::int64_t step = 0;
  std::vector<RaggedBatch> micro_batches;  // of the share
  std::vector<MaskStatistics> statistics;  // of the share, one per masker, in the caller's order
  std::uint64_t tokens = 0;                // with [CLS] and [SEP], of all shares
  std::uint64_t masked = 0;                // of the share
  double imbalance = 0;                    // of the shares' tokens, see imbalance_of
};

/// Immutable after construction; all methods are const and thread-safe.
class Corpus {
 public:
  /// `genome` and `table` must outlive the corpus; table may be null for random masks.
  Corpus(const genome::Genome& genome, const DataOptions& data, const masking::MaskingOptions& masking,
         const npmi::Table* table, std::uint64_t seed);

  /// Windows of the first epoch.
  const WindowSet& windows() const { return windows_; }
  const kmer::Vocabulary& vocabulary() const { return vocabulary_; }

  /// Index of the masker of a step's i-th window.
  using Choice = std::function<std::size_t(std::int64_t window)>;

  /// Batch of optimizer step `step` (0-based): windows step * windows_per_step ... in the permuted order of their
  /// epoch, the i-th of them masked by maskers[choice(i)]; each mask is keyed by (seed, epoch, window). Neither depends
  /// on `share`, whose windows alone are masked and packed.
  GlobalBatch train_batch(std::int64_t step, std::int64_t windows_per_step,
                          std::span<const masking::Masker* const> maskers, const Choice& choice,
                          std::size_t budget_tokens, const Share& share = {}) const;
  /// All windows by one masker.
  GlobalBatch train_batch(std::int64_t step, std::int64_t windows_per_step, const masking::Masker& masker,
                          std::size_t budget_tokens) const;

  /// The first `count` validation windows of a fixed permutation with masks of their own: the same at every call with
  /// the same `draw`, others with another one; of them those of `share`.
  std::vector<RaggedBatch> validation_batches(std::int64_t count, const masking::Masker& masker,
                                              std::size_t budget_tokens, std::uint64_t draw = 0,
                                              const Share& share = {}) const;

 private:
  /// A window of a batch, and what keys its mask.
  struct Drawn {
    Window window;
    std::uint64_t epoch, index;
  };
  std::vector<Drawn> draw_windows(std::int64_t step, std::int64_t windows_per_step) const;
  /// Epoch of the g-th example of training, and its index within that epoch.
  std::pair<std::uint64_t, std::uint64_t> locate(std::uint64_t global_index) const;
  /// Training windows of an epoch: the same ones unless recut_each_epoch.
  std::shared_ptr<const std::vector<Window>> train_windows(std::uint64_t epoch) const;
  std::uint64_t end_of_epoch(std::uint64_t epoch) const;
  MaskedExample example(const Window& window, const masking::Masker& masker, Purpose purpose, std::uint64_t epoch,
                        std::uint64_t index, MaskStatistics& statistics) const;
  const genome::Genome& genome_;
  DataOptions data_;
  masking::MaskingOptions masking_;
  const npmi::Table* table_;
  std::uint64_t seed_;
  kmer::Vocabulary vocabulary_;
  WindowSet windows_;
  std::shared_ptr<const std::vector<Window>> first_epoch_;
  // with recut_each_epoch: windows of the last epoch asked for, and the running number of examples at each epoch's end
  mutable std::mutex recut_mutex_;
  mutable std::uint64_t recut_epoch_ = 0;
  mutable std::shared_ptr<const std::vector<Window>> recut_windows_;
  mutable std::vector<std::uint64_t> epoch_ends_;
};

}  // namespace cmgems::corpus
