// Arithmetic of the fused CPU kernels, written so that the compiler vectorises loops over it. No branches, no library
// calls; everything is forced inline, since code that is not would be compiled for the oldest processor.
#pragma once

#include <bit>
#include <cstdint>

// A kernel is compiled for AVX-512, AVX2 and plain x86-64; the loader picks. It must not contain lambdas.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CMGEMS_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define CMGEMS_KERNEL
#endif
#define CMGEMS_INLINE [[gnu::always_inline]] inline

namespace cmgems::nn::ops {

/// bf16 as its bits, rounded to nearest even.
enum class Bf16 : std::uint16_t {};
CMGEMS_INLINE float to_float(float x) { return x; }
CMGEMS_INLINE float to_float(Bf16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16); }
CMGEMS_INLINE void store(float& target, float x) { target = x; }
CMGEMS_INLINE void store(Bf16& target, float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  target = static_cast<Bf16>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// e^x for -87 <= x <= 0 within 2 units in the last place.
CMGEMS_INLINE float exp_within(float x) {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it leaves no room for a fraction
  const float n = (x * 1.44269504F + kRound) - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;  // ln 2 in two parts; |r| <= 0.35
  float sum = 1.0F / 5040;
  sum = sum * r + 1.0F / 720;
  sum = sum * r + 1.0F / 120;
  sum = sum * r + 1.0F / 24;
  sum = sum * r + 1.0F / 6;
  sum = sum * r + 0.5F;
  sum = sum * r + 1.0F;
  sum = sum * r + 1.0F;
  return sum * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

/// e^x for x <= 0; below -87 what it is at -87 (1.6e-38).
CMGEMS_INLINE float exp_of_negative(float x) { return exp_within(x < -87.0F ? -87.0F : x); }

/// The normal distribution function and its density: all that GELU(x) = x cdf(x) and its derivative need.
struct Normal {
  float cdf, density;
};

/// The tail beyond t = |x| is exp(-t^2 / 2) q(t); q, half of erfcx(t / sqrt 2), is a polynomial in u = 1 / (1 + 0.26 t)
/// fitted to a relative error of 3e-8 over 0 <= t <= 14.5 (scripts/golden/normal_tail.py).
CMGEMS_INLINE Normal normal(float x) {
  const float absolute = x < 0 ? -x : x;
  // Vector code computes both sides of a choice for every number. Beyond 12.5 the tail, below 1e-36, would soon be
  // subnormal, and a subnormal product costs a processor a hundred cycles.
  const float t = absolute < 12.5F ? absolute : 12.5F;
  const float bell = exp_within(-0.5F * t * t);
  const float u = 1.0F / (1.0F + 0.26F * t);
  float q = 0.03023030050098896F;
  q = q * u - 0.15149444341659546F;
  q = q * u + 0.24873320758342743F;
  q = q * u - 0.1477893441915512F;
  q = q * u + 0.1587587594985962F;
  q = q * u + 0.05196481943130493F;
  q = q * u + 0.10278867930173874F;
  q = q * u + 0.10305097699165344F;
  q = q * u + 0.10375702381134033F;
  const float tail = bell * q * u;
  return {x < 0 ? tail : 1.0F - tail, bell * 0.3989422804F};
}

}  // namespace cmgems::nn::ops
