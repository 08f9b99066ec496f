// Are known motifs more frequent among the best k-mers than among the others? The check of the GeneMask paper, with
// exact tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cmgems/motifs/motif.h"
#include "cmgems/npmi/table.h"

namespace cmgems::motifs {

struct EnrichmentOptions {
  std::size_t top = 500;   // best k-mers of the table
  double match_p = 0.01;   // a k-mer matches a motif when at most this share of random k-mers scores as high
  std::uint64_t seed = 1;  // of the random k-mers
};

/// A k-mer and its reverse complement are one word of the double strand: a motif matches both or neither, and their
/// ranks are nearly equal, so that only words are independent draws. All counts are counts of words.
struct MotifEnrichment {
  std::size_t motif;        // index into the file's motifs
  std::size_t matches;      // among all scored words
  std::size_t best;         // among those of the best k-mers
  std::size_t random;       // among as many random words of the others
  double expected;          // among the best, if they were any words
  double odds_ratio;        // best against the others; infinite when no other word matches, NaN when none does at all
  double p;                 // hypergeometric, P(at least `best` matches) when the best are drawn from all scored words
  double adjusted_p;        // Benjamini and Hochberg (1995) over all motifs: the false discovery rate
  double p_against_random;  // Fisher's exact test, one-sided, against the random words
};

struct Enrichment {
  std::size_t kmers = 0;                // best k-mers: options.top, or as many as have a score
  std::size_t words = 0;                // words with a score
  std::size_t best = 0;                 // words of the best k-mers; as many random ones are drawn from the others
  std::vector<MotifEnrichment> motifs;  // smallest p first, ties in the order of the file
};

/// Throws: DataError when k is above 8; UsageError when more than half of the words are among the best.
Enrichment enrichment(const npmi::Table& table, const MotifFile& file, const EnrichmentOptions& options);

/// P(X >= seen) when `drawn` of `population` are drawn without replacement and `marked` of them are marked.
/// REQUIRES: marked, drawn <= population.
double at_least(std::size_t seen, std::size_t drawn, std::size_t marked, std::size_t population);

/// Benjamini and Hochberg (1995), J. R. Statist. Soc. B 57:289: adjusted p-values, in the order of `p`.
std::vector<double> adjust_for_many(const std::vector<double>& p);

}  // namespace cmgems::motifs
