// BERT's corruption of chosen positions (Devlin et al. 2019): per token and independently 80% [MASK], 10% a random id,
// 10% unchanged.
#pragma once

#include <cstdint>
#include <span>

#include "cmgems/base/random.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/masking/options.h"

namespace cmgems::masking {

/// Replaces tokens[positions[i]]; the label of a position is the token before. Draws two numbers per position.
void corrupt(std::span<kmer::TokenId> tokens, std::span<const std::uint32_t> positions,
             const kmer::Vocabulary& vocabulary, RandomIds random_ids, RandomStream& random);

}  // namespace cmgems::masking
