// The built-in genome: an order-5 Markov chain estimated from the 4096 human 6-mer counts, with planted motifs.
// A pure function of (length, seed), for trying everything out without a file.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cmgems/base/options.h"
#include "cmgems/genome/builder.h"

namespace cmgems::genome {

struct SyntheticOptions {
  std::int64_t length = 2'000'000;  // bases
  std::int64_t seed = 1;
};
void describe(OptionVisitor& visitor, SyntheticOptions& options);

/// Planted motifs: consensus sequences copied into the background at a mean distance of `kMotifSpacing` bases.
const std::vector<std::string_view>& planted_motifs();
inline constexpr int kMotifSpacing = 400;

/// Counts of the 4096 human 6-mers (forward strand), indexed by DNABERT order (A,T,C,G; first base most significant).
/// Source: recovered exactly from the discount factors of the NPMI table that the GeneMask authors published.
const std::vector<std::uint64_t>& human_6mer_counts();

/// One contig "synthetic" of exactly `length` bases.
void append_synthetic(GenomeBuilder& builder, const SyntheticOptions& options);
/// The same as a genome.
Genome synthetic_genome(const SyntheticOptions& options);

/// Background bases without motifs, codes 0..3; used by the synthetic task. Stream: (seed, synthetic, a).
std::vector<std::uint8_t> synthetic_background(std::size_t length, std::uint64_t seed, std::uint64_t a);

}  // namespace cmgems::genome
