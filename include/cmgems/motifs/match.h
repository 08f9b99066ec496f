// Which k-mers a motif matches: by log-odds score, with the exact distribution of that score over all k-mers.
#pragma once

#include <cstdint>
#include <vector>

#include "cmgems/motifs/motif.h"

namespace cmgems::motifs {

/// Pseudocount that is spread over the four bases as the background is, FIMO's default (Grant et al. 2011,
/// Bioinformatics 27:1017).
inline constexpr double kPseudocount = 0.1;

/// Best log-odds score of every k-mer, in thousandths of a bit, over both strands and over all alignments in which
/// min(k, width) columns overlap: the k-mer lies within the motif, or the motif within the k-mer. [4^k], by index.
/// REQUIRES: 1 <= k <= 10.
std::vector<std::int32_t> best_scores(const Motif& motif, const BaseProbabilities& background, int k);

/// The k-mers whose score is so high that a k-mer drawn from the background reaches it with a probability of at most
/// `match_p`. [4^k], by index. REQUIRES: 1 <= k <= 10.
std::vector<bool> matches(const Motif& motif, const BaseProbabilities& background, int k, double match_p);

}  // namespace cmgems::motifs
