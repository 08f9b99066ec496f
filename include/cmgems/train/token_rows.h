// Labelled sequences as a classifier takes them.
#pragma once

#include <cstdint>
#include <vector>

#include "cmgems/kmer/vocabulary.h"

namespace cmgems::train {

/// Token rows of a table, in its order.
struct TokenRows {
  std::vector<std::vector<kmer::TokenId>> tokens;
  std::vector<std::int64_t> labels;
};

}  // namespace cmgems::train
