// What maskers are built of. Spans in token coordinates, clipped to the example (CM-GEMS, section 3; k=6 in brackets):
//   single-nucleotide span of centre i: i - floor((k-1)/2) .. i + floor(k/2), k tokens   (i-2 .. i+3)
//   PMI span of token j: j - (k-1) .. j + (k-1), 2k-1 tokens                              (j-5 .. j+5)
#pragma once

#include "cmgems/masking/masker.h"

namespace cmgems::masking {

Span single_nucleotide_span(std::uint32_t centre, int k, std::size_t n);
Span pmi_span(std::uint32_t token, int k, std::size_t n);

/// Adds a span to a plan.
void add_single_nucleotide_span(MaskPlan& plan, std::uint32_t centre, int k);
void add_pmi_span(MaskPlan& plan, std::uint32_t token, int k);

/// Bernoulli centres: each of n tokens with probability `rate`, ascending. Drawn by geometric gaps, one number each.
void draw_centres(std::size_t n, double rate, RandomStream& random, std::vector<std::uint32_t>& centres);

/// Centre rates per token, for about 15% masked: share / mean span length.
double random_rate(int k);    // 0.15 / k
double genemask_rate(int k);  // 0.15 / ((k + 2k - 1) / 2)
double global_rate(int k);    // 0.15 / (2k - 1)

}  // namespace cmgems::masking
