#include "cmgems/corpus/permutation.h"

#include "cmgems/base/random.h"

namespace cmgems::corpus {

Permutation::Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t epoch) : n_(n), seed_(seed), epoch_(epoch) {
  while (half_bits_ < 31 && (std::uint64_t{1} << (2 * half_bits_)) < n_) ++half_bits_;
}

std::uint64_t Permutation::encrypt(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  const PhiloxKey key{static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)};
  for (std::uint32_t round = 0; round < 4; ++round) {
    const PhiloxBlock block = philox4x32({round, static_cast<std::uint32_t>(right), static_cast<std::uint32_t>(epoch_),
                                          static_cast<std::uint32_t>(Purpose::permutation)},
                                         key);
    const std::uint64_t mixed = left ^ (block[0] & mask);
    left = right;
    right = mixed;
  }
  return left << half_bits_ | right;
}

std::uint64_t Permutation::operator()(std::uint64_t index) const {
  do {
    index = encrypt(index);
  } while (index >= n_);  // the walk along a cycle that holds `index` must come back below n
  return index;
}

}  // namespace cmgems::corpus
