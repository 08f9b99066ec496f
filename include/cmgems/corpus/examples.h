// From a window of a genome to a masked example: what training, validation and `perplexity` share.
#pragma once

#include "cmgems/corpus/batch.h"
#include "cmgems/corpus/mask_statistics.h"
#include "cmgems/corpus/windows.h"
#include "cmgems/masking/masker.h"

namespace cmgems::corpus {

/// Stands for the epoch in keys of validation masks (numbers from here down: further draws); no epoch has it.
inline constexpr std::uint64_t kValidationEpoch = ~std::uint64_t{0};

/// All references must outlive it. const and thread-safe.
struct ExampleMaker {
  const genome::Genome& genome;
  const kmer::Vocabulary& vocabulary;
  const masking::Masker& masker;
  masking::RandomIds random_ids;
  const npmi::Table* table;  // for statistics; may be null
  std::uint64_t seed;

  /// Reads, tokenizes, masks and corrupts: a pure function of its arguments. The mask is drawn from the stream
  /// (purpose, epoch, index), the corruption from (corruption, epoch, index).
  MaskedExample make(const Window& window, Purpose purpose, std::uint64_t epoch, std::uint64_t index,
                     MaskStatistics& statistics) const;
};

}  // namespace cmgems::corpus
