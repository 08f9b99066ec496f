// A masker maps the tokens of one example and a random stream to a set of token positions: pure, thread-safe, the same
// for any number of threads or batch layout. Positions count k-mers from 0; [CLS] and [SEP] are not part of `tokens`.
//
// Spans in token coordinates, clipped to the example (CM-GEMS, section 3; k=6 in brackets):
//   single-nucleotide span of centre i: i - floor((k-1)/2) .. i + floor(k/2), k tokens   (i-2 .. i+3)
//   PMI span of token j: j - (k-1) .. j + (k-1), 2k-1 tokens                              (j-5 .. j+5)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cmgems/base/random.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/masking/options.h"
#include "cmgems/npmi/table.h"

namespace cmgems::masking {

/// Share of tokens that every strategy aims at.
inline constexpr double kMaskedShare = 0.15;

/// Positions of one example, and what is logged about them. Reused between calls to avoid allocation.
struct MaskPlan {
  std::vector<std::uint32_t> positions;  // ascending, unique
  std::uint32_t tokens = 0;              // tokens of the example
  std::uint32_t centres = 0;             // spans placed
  std::uint32_t pmi_spans = 0;           // of these, PMI spans
  std::uint32_t covered_twice = 0;       // positions hidden by more than one span
  std::vector<std::uint8_t> cover;       // scratch: spans over each token, saturating
};

class Masker {
 public:
  virtual ~Masker() = default;
  /// Overwrites `plan`. `tokens` may hold [UNK]; it ranks last.
  virtual void plan(std::span<const kmer::TokenId> tokens, RandomStream& random, MaskPlan& plan) const = 0;
};

/// Bernoulli centres: each of n tokens with probability `rate`, ascending. Drawn by geometric gaps, one number each.
void draw_centres(std::size_t n, double rate, RandomStream& random, std::vector<std::uint32_t>& centres);

/// Inclusive span of tokens, clipped to [0, n).
struct Span {
  std::uint32_t first, last;
};
Span single_nucleotide_span(std::uint32_t centre, int k, std::size_t n);
Span pmi_span(std::uint32_t token, int k, std::size_t n);

/// Collects spans into a plan: start, add each, finish.
void start_plan(MaskPlan& plan, std::size_t tokens);
void add_span(MaskPlan& plan, Span span, bool is_pmi);
void finish_plan(MaskPlan& plan);

/// Centre rates per token, for about 15% masked: share / mean span length.
double random_rate(int k);    // 0.15 / k
double genemask_rate(int k);  // 0.15 / ((k + 2k - 1) / 2)
double global_rate(int k);    // 0.15 / (2k - 1)

/// One file each; `table` must outlive the masker.
std::unique_ptr<Masker> make_random_masker(int k, double rate_scale);
std::unique_ptr<Masker> make_genemask_masker(int k, const npmi::Table& table, double rate_scale);
std::unique_ptr<Masker> make_global_masker(int k, const npmi::Table& table, double rate_scale);

/// The one visible registration list. `random` works without a table (nullptr).
/// REQUIRES: strategy is not cm_gems (that is a curriculum of two maskers, see curriculum/).
std::unique_ptr<Masker> make_masker(Strategy strategy, int k, const npmi::Table* table, double rate_scale);

}  // namespace cmgems::masking
