// What masks were like: the figures that a training run logs and `cmgems mask --stats` prints.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cmgems/kmer/vocabulary.h"
#include "cmgems/masking/masker.h"
#include "cmgems/npmi/table.h"

namespace cmgems::corpus {

/// Sums over examples of one masker.
struct MaskStatistics {
  std::uint64_t examples = 0;
  std::uint64_t tokens = 0;  // k-mers, without [CLS] and [SEP]
  std::uint64_t masked = 0;
  std::uint64_t spans = 0;
  std::uint64_t pmi_spans = 0;
  std::uint64_t covered_twice = 0;  // tokens hidden by more than one span
  std::uint64_t bases = 0;
  std::uint64_t hidden_bases = 0;  // bases that no unmasked token shows
  double npmi_sum = 0;             // of masked tokens that have a score
  std::uint64_t npmi_tokens = 0;
  double all_npmi_sum = 0;  // of all tokens that have a score
  std::uint64_t all_npmi_tokens = 0;
  void add(const MaskStatistics& other);
};

/// Of one example. `tokens` are the ones before corruption; `table` may be null: no NPMI then.
MaskStatistics statistics_of(const masking::MaskPlan& plan, std::span<const kmer::TokenId> tokens, int k,
                             const npmi::Table* table);

/// Runs of bases that no unmasked token shows, what the model really has to guess; bases count from 0, token t shows
/// t .. t + k - 1.
std::vector<masking::Span> hidden_bases(const masking::MaskPlan& plan, int k);

}  // namespace cmgems::corpus
