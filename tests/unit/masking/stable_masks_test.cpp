// Masks that recipes were measured with: a seed must give the same positions for ever.
#include "cmgems/masking/registry.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::masking;

namespace {

struct Known {
  const char* masker;
  std::uint64_t example;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;  // first and last masked position
};

std::vector<std::pair<std::uint32_t, std::uint32_t>> runs_of(const std::vector<std::uint32_t>& positions) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
  for (const auto position : positions) {
    if (!runs.empty() && runs.back().second + 1 == position) {
      runs.back().second = position;
    } else {
      runs.emplace_back(position, position);
    }
  }
  return runs;
}

}  // namespace

TEST_CASE("default masks are those of the first release, position by position", "[masking]") {
  const std::vector<Known> known{
      {"random", 0, {{14, 19}, {40, 45}, {59, 64}, {70, 75}, {89, 94}, {102, 107}, {113, 118}, {134, 139}, {144, 149}}},
      {"random", 1, {{13, 18}, {47, 52}, {92, 97}, {118, 123}, {132, 137}, {139, 144}}},
      {"genemask", 0, {{20, 25}, {54, 64}, {84, 89}, {98, 108}, {123, 133}, {144, 149}}},
      {"genemask", 1, {{15, 25}, {68, 73}, {128, 138}}},
      {"global", 0, {{58, 68}, {123, 133}}},
      {"global", 1, {{42, 52}, {93, 103}}},
  };
  const auto table = npmi::builtin_human_6mer();
  for (const auto& [name, example, runs] : known) {
    RandomStream kmers(7, Purpose::synthetic, 0, example);
    std::vector<kmer::TokenId> tokens(160);
    for (auto& token : tokens) token = kmer::kFirstKmer + static_cast<kmer::TokenId>(kmers.below(4096));
    RandomStream random(42, Purpose::mask, 0, example);
    MaskPlan plan;
    make_masker(name, {6, &table, {}})->plan(tokens, random, plan);
    INFO(name << ", example " << example);
    CHECK(runs_of(plan.positions) == runs);
  }
}
