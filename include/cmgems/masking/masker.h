// A masker maps the tokens of one example and a random stream to a set of token positions: pure, thread-safe, the same
// for any number of threads or batch layout. Positions count k-mers from 0; [CLS] and [SEP] are not part of `tokens`.
// The maskers by name: registry.h.
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

/// Inclusive span of tokens, clipped to [0, n).
struct Span {
  std::uint32_t first, last;
};

/// A span of a plan and the rule that placed it.
struct PlacedSpan {
  Span span;
  std::uint32_t centre;  // the centre of a single-nucleotide span, the token of a PMI span
  bool is_pmi;
};

/// Positions of one example, and what is logged about them. Reused between calls to avoid allocation.
struct MaskPlan {
  std::vector<std::uint32_t> positions;  // ascending, unique, below `tokens`: what the spans cover, no more and no less
  std::vector<PlacedSpan> spans;         // in the order in which the masker placed them; they may overlap
  std::uint32_t tokens = 0;              // tokens of the example
  std::uint32_t centres = 0;             // spans placed
  std::uint32_t pmi_spans = 0;           // of these, PMI spans
  std::uint32_t covered_twice = 0;       // positions hidden by more than one span
  std::vector<std::uint8_t> cover;       // spans over each token, saturating
  std::vector<std::uint32_t> drawn;      // what chance decided, in the masker's own terms
};

/// Chance and rule are apart, so that the rule can be checked against the papers' algorithms on given draws.
class Masker {
 public:
  virtual ~Masker() = default;

  /// Draws and places; overwrites `plan`. `tokens` may hold [UNK]; it ranks last.
  void plan(std::span<const kmer::TokenId> tokens, RandomStream& random, MaskPlan& plan) const;

  /// Places what was drawn elsewhere; overwrites `plan`, but for plan.drawn. REQUIRES: `drawn` is what `draw` of this
  /// masker could give for these tokens.
  void plan_drawn(std::span<const kmer::TokenId> tokens, std::span<const std::uint32_t> drawn, MaskPlan& plan) const;

 private:
  /// What chance decides (centres, a number of spans, an order of units ...), overwriting `drawn`.
  virtual void draw(std::span<const kmer::TokenId> tokens, RandomStream& random,
                    std::vector<std::uint32_t>& drawn) const = 0;
  /// Adds the spans that follow from it to `plan`.
  virtual void place(std::span<const kmer::TokenId> tokens, std::span<const std::uint32_t> drawn,
                     MaskPlan& plan) const = 0;
};

}  // namespace cmgems::masking
