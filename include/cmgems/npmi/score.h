// Normalised pointwise mutual information of a k-mer (CM-GEMS, equations 1 and 2):
//   PMI_k(w)  = min over segmentations s of w into >= 2 contiguous pieces of log( p(w) / prod_{piece in s} p(piece) )
//   NPMI_k(w) = PMI_k(w) * log f(w) / (log c + log f(w)),   f = count, c = minimum count; natural logarithm.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "cmgems/kmer/counter.h"

namespace cmgems::npmi {

enum class Definition {
  paper,             // every segmentation but the identity; p = f / number of counted n-mers of that length
  genemask_release,  // pieces of length 1 or 2 only; p = f / (2 N) for every length, N = bases counted; no minimum
                     // count
};
const std::vector<std::pair<std::string_view, int>>& definition_words();

struct Score {
  double pmi;
  double npmi;
};

/// Scores of all 4^k k-mers, by index; NaN twice where one is seen fewer than min_count times (paper) or never
/// (release), or every segmentation has a piece that counts_from_kmers did not see.
std::vector<Score> scores(const kmer::NmerCounts& counts, Definition definition, std::int64_t min_count);

}  // namespace cmgems::npmi
