// Small genomes of uniform random bases for tests.
#pragma once

#include "cmgems/base/random.h"
#include "cmgems/genome/builder.h"

namespace cmgems::test {

/// One contig per length.
inline genome::Genome random_genome(const std::vector<std::size_t>& lengths, std::uint64_t seed = 1) {
  genome::GenomeBuilder builder;
  RandomStream random(seed, Purpose::synthetic);
  for (std::size_t contig = 0; contig < lengths.size(); ++contig) {
    builder.begin_contig("contig" + std::to_string(contig));
    std::string bases;
    for (std::size_t i = 0; i < lengths[contig]; ++i) bases += "ACGT"[random.below(4)];
    builder.append(bases);
  }
  return builder.finish();
}

}  // namespace cmgems::test
