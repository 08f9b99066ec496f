// Counter-based random numbers: a stream is a pure function of its key, so a mask or a window never depends on
// threads, batch layout or restarts. No hidden state, no std:: distributions (their algorithms are unspecified).
//
// Generator: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), checked with the
// known-answer vectors of Random123.
#pragma once

#include <array>
#include <cstdint>

namespace cmgems {

using PhiloxBlock = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

namespace detail {
constexpr PhiloxBlock philox_round(const PhiloxBlock& c, const PhiloxKey& k) {
  const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c[0];
  const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * c[2];
  return {static_cast<std::uint32_t>(product1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(product0)};
}
}  // namespace detail

/// One block of four 32-bit numbers; ten rounds.
constexpr PhiloxBlock philox4x32(PhiloxBlock counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    counter = detail::philox_round(counter, key);
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

/// What a stream is drawn for. Part of the counter: streams of different purposes never share numbers.
/// The values are persistent (a resumed run must draw the same): do not renumber.
enum class Purpose : std::uint32_t {
  windows = 1,         // cutting of the genome into windows
  blocks = 2,          // train / validation split
  permutation = 3,     // order of the examples of an epoch
  mask = 4,            // positions of an example
  corruption = 5,      // 80/10/10 of an example
  curriculum = 6,      // draws per step
  initialisation = 7,  // weights
  few_shot = 8,        // draw of training rows
  dropout = 9,
  synthetic = 10,  // built-in genome and task
  validation_mask = 11,
  motifs = 15,     // control k-mers of a motif test
  bootstrap = 16,  // resamples of an interval
};

/// Counter of the block `draw` of stream (purpose, a, b). Everything that calls philox4x32 itself takes its counters
/// from here, so that the purposes keep apart.
constexpr PhiloxBlock stream_counter(Purpose purpose, std::uint64_t a, std::uint64_t b, std::uint32_t draw = 0) {
  return {draw, static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(a),
          static_cast<std::uint32_t>(purpose) ^ (static_cast<std::uint32_t>(a >> 32) << 8) ^
              (static_cast<std::uint32_t>(b >> 32) << 20)};
}

/// Numbers of one stream, in order. Key: seed. Counter: (purpose, a, b, draw). A value type, 48 bytes.
class RandomStream {
 public:
  /// a: up to 2^32 (epoch or step), b: up to 2^32 (example); 2^34 numbers per stream.
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t a = 0, std::uint64_t b = 0)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_(stream_counter(purpose, a, b)) {}

  std::uint32_t next() {
    if (used_ == 4) {
      block_ = philox4x32(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }

  std::uint64_t next64() {
    const std::uint64_t high = next();
    return high << 32 | next();
  }

  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next64() >> 11) * 0x1.0p-53; }

  /// Uniform in [0, n), unbiased (Lemire 2019, multiply and reject). REQUIRES: n > 0.
  std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{next()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t threshold = (0U - n) % n;
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// Standard normal (Box and Muller 1958), one number per two uniforms.
  double normal();

 private:
  PhiloxKey key_;
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  std::uint32_t used_ = 4;
};

}  // namespace cmgems
