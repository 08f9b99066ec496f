// A pseudo-random permutation of 0..n-1 that is computed, not stored: example i of epoch e is permutation(e)(i).
// Feistel network of four Philox rounds over the next even power of two, with cycle walking.
#pragma once

#include <cstdint>

namespace cmgems::corpus {

class Permutation {
 public:
  /// REQUIRES: 0 < n <= 2^62.
  Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t epoch);
  std::uint64_t operator()(std::uint64_t index) const;

 private:
  std::uint64_t encrypt(std::uint64_t value) const;
  std::uint64_t n_, seed_, epoch_;
  int half_bits_ = 1;
};

}  // namespace cmgems::corpus
