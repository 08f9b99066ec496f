#include "cmgems/base/random.h"

#include <set>

#include "support/catch.h"

using namespace cmgems;

TEST_CASE("philox4x32-10 gives the known answers of Random123", "[base]") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream starts with the blocks of its counter", "[base]") {
  RandomStream stream(0, static_cast<Purpose>(0));
  CHECK(stream.next() == 0x6627e8d5);
  CHECK(stream.next() == 0xe169c58d);
}

TEST_CASE("streams differ by seed, purpose, a and b, also beyond 32 bits", "[base]") {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed : {1ULL, 2ULL, 1ULL << 40}) {
    for (auto purpose : {Purpose::mask, Purpose::corruption}) {
      for (std::uint64_t a : {0ULL, 1ULL, 1ULL << 32}) {
        for (std::uint64_t b : {0ULL, 1ULL, 1ULL << 32}) first.insert(RandomStream(seed, purpose, a, b).next64());
      }
    }
  }
  CHECK(first.size() == 3 * 2 * 3 * 3);
}

TEST_CASE("below is within its bound and uniform", "[base]") {
  RandomStream stream(7, Purpose::mask);
  int seen[3] = {};
  for (int i = 0; i < 30000; ++i) ++seen[stream.below(3)];
  for (int count : seen) CHECK(std::abs(count - 10000) < 400);  // 5 standard deviations
  CHECK(stream.below(1) == 0);
}

TEST_CASE("uniform and normal have their moments", "[base]") {
  RandomStream stream(7, Purpose::initialisation);
  double sum = 0, normal_sum = 0, normal_squares = 0;
  for (int i = 0; i < 40000; ++i) {
    const double u = stream.uniform();
    REQUIRE((u >= 0 && u < 1));
    sum += u;
    const double z = stream.normal();
    normal_sum += z;
    normal_squares += z * z;
  }
  CHECK(sum / 40000 == Approx(0.5).margin(0.01));
  CHECK(normal_sum / 40000 == Approx(0).margin(0.03));
  CHECK(normal_squares / 40000 == Approx(1).margin(0.04));
}
