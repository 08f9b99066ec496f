#include "cmgems/corpus/mask_statistics.h"

#include "support/catch.h"
#include "support/small_table.h"

using namespace cmgems;
using corpus::hidden_bases;
using corpus::statistics_of;

namespace {

masking::MaskPlan plan_of(std::uint32_t tokens, std::vector<std::uint32_t> positions) {
  masking::MaskPlan plan;
  plan.tokens = tokens;
  plan.positions = std::move(positions);
  return plan;
}

std::vector<std::uint32_t> hidden(std::uint32_t tokens, std::vector<std::uint32_t> positions, int k) {
  std::vector<std::uint32_t> bases;
  for (const auto& run : hidden_bases(plan_of(tokens, std::move(positions)), k)) {
    for (std::uint32_t base = run.first; base <= run.last; ++base) bases.push_back(base);
  }
  return bases;
}

using Bases = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a base is hidden when all tokens that show it are masked", "[corpus]") {
  // 3-mers: base b lies in the tokens b-2, b-1, b; 6 tokens have 8 bases
  CHECK(hidden(6, {2, 3, 4}, 3) == Bases{4});
  CHECK(hidden(6, {2, 3}, 3).empty());
  CHECK(hidden(6, {1, 2, 3, 4}, 3) == Bases{3, 4});
  CHECK(hidden(6, {0}, 3) == Bases{0});  // the first base is in the first token only
  CHECK(hidden(6, {5}, 3) == Bases{7});  // the last one in the last only
  CHECK(hidden(6, {0, 1, 4, 5}, 3) == Bases{0, 1, 6, 7});
  CHECK(hidden(6, {0, 2, 4}, 3) == Bases{0});
  CHECK(hidden(6, {0, 1, 2, 3, 4, 5}, 3) == Bases{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(hidden(1, {0}, 6) == Bases{0, 1, 2, 3, 4, 5});
  CHECK(hidden(6, {}, 3).empty());
  CHECK(hidden(0, {}, 3).empty());
}

TEST_CASE("statistics of one example, by hand", "[corpus]") {
  const npmi::Table table = test::ordered_table(3, 32);  // k-mer i has 1 - i / 64, from 32 on none
  auto plan = plan_of(6, {2, 3, 4});
  plan.centres = 2;
  plan.pmi_spans = 1;
  plan.covered_twice = 1;
  const std::vector<kmer::TokenId> tokens{5, 5 + 16, 5 + 16, 5 + 32, 5 + 8, kmer::kUnk};
  const auto one = statistics_of(plan, tokens, 3, &table);
  CHECK(one.examples == 1);
  CHECK(one.tokens == 6);
  CHECK(one.masked == 3);
  CHECK(one.spans == 2);
  CHECK(one.pmi_spans == 1);
  CHECK(one.covered_twice == 1);
  CHECK(one.bases == 8);
  CHECK(one.hidden_bases == 1);
  CHECK(one.npmi_sum == 0.75 + 0.875);
  CHECK(one.npmi_tokens == 2);  // token 3 has no score
  CHECK(one.all_npmi_sum == 1 + 0.75 + 0.75 + 0.875);
  CHECK(one.all_npmi_tokens == 4);
  const auto without = statistics_of(plan, tokens, 3, nullptr);
  CHECK(without.masked == 3);
  CHECK(without.npmi_tokens == 0);
  CHECK(without.all_npmi_tokens == 0);
  auto sum = one;
  sum.add(one);
  CHECK(sum.examples == 2);
  CHECK(sum.bases == 16);
  CHECK(sum.hidden_bases == 2);
  CHECK(sum.spans == 4);
  CHECK(sum.all_npmi_sum == 2 * one.all_npmi_sum);
  CHECK(sum.all_npmi_tokens == 8);
}
