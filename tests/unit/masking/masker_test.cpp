#include "cmgems/masking/registry.h"
#include "cmgems/masking/spans.h"
#include "support/catch.h"
#include "support/small_table.h"

using namespace cmgems;
using namespace cmgems::masking;
using Positions = std::vector<std::uint32_t>;

namespace {

MaskPlan plan_of(const Masker& masker, const std::vector<kmer::TokenId>& tokens, std::uint64_t example = 0) {
  RandomStream random(1, Purpose::mask, 0, example);
  MaskPlan plan;
  masker.plan(tokens, random, plan);
  return plan;
}

/// Share of tokens masked over 400 examples of 510 tokens with all k-mers of k=6 in turn.
double share(const Masker& masker) {
  std::vector<kmer::TokenId> tokens;
  for (int i = 0; i < 510; ++i) tokens.push_back(5 + (i * 1597) % 4096);
  double masked = 0;
  for (std::uint64_t example = 0; example < 400; ++example)
    masked += static_cast<double>(plan_of(masker, tokens, example).positions.size());
  return masked / (400 * 510);
}

}  // namespace

TEST_CASE("spans at k=6 are the paper's, clipped to the example", "[masking]") {
  const auto is = [](Span span, std::uint32_t first, std::uint32_t last) {
    return span.first == first && span.last == last;
  };
  CHECK(is(single_nucleotide_span(10, 6, 510), 8, 13));
  CHECK(is(single_nucleotide_span(0, 6, 510), 0, 3));
  CHECK(is(single_nucleotide_span(509, 6, 510), 507, 509));
  CHECK(is(pmi_span(10, 6, 510), 5, 15));
  CHECK(is(pmi_span(2, 6, 510), 0, 7));
  CHECK(is(single_nucleotide_span(10, 3, 510), 9, 11));
  CHECK(is(pmi_span(10, 3, 510), 8, 12));
}

TEST_CASE("centre rates at k=6 are the paper's", "[masking]") {
  CHECK(random_rate(6) == Approx(0.025));
  CHECK(genemask_rate(6) == Approx(0.15 / 8.5));
  CHECK(global_rate(6) == Approx(0.15 / 11));
}

TEST_CASE("centres are Bernoulli draws", "[masking]") {
  RandomStream random(3, Purpose::mask);
  Positions centres;
  draw_centres(100'000, 0.025, random, centres);
  CHECK(std::abs(static_cast<double>(centres.size()) - 2500) < 250);  // 5 standard deviations of 49.4
  CHECK(std::is_sorted(centres.begin(), centres.end()));
  CHECK(std::adjacent_find(centres.begin(), centres.end()) == centres.end());
  draw_centres(4, 1.0, random, centres);
  CHECK(centres == Positions{0, 1, 2, 3});
}

TEST_CASE("random masks 1 - (1 - 0.15 / k)^k of the tokens, in spans of k", "[masking]") {
  // k centres can hide a token. 204,000 tokens, hidden k at a time: the deviation is sqrt(0.14 * 0.86 * k / 204000), at
  // most 0.0022, and tokens at the two ends, which fewer centres reach, take away at most 0.0006.
  CHECK(share(*make_masker("random", {3, nullptr, {}})) == Approx(0.1426).margin(0.005));  // 1 - 0.95^3
  CHECK(share(*make_masker("random", {6, nullptr, {}})) == Approx(0.1409).margin(0.004));  // 1 - 0.975^6
  CHECK(share(*make_masker("random", {8, nullptr, {}})) == Approx(0.1405).margin(0.007));  // 1 - 0.98125^8
}

TEST_CASE("global places round(0.15 n / (2k - 1)) spans, at least one", "[masking]") {
  const auto spans = [](int k, std::size_t n) {
    const auto table = test::ordered_table(k);
    return plan_of(*make_masker("global", {k, &table, {}}), std::vector<kmer::TokenId>(n, 9)).pmi_spans;
  };
  CHECK(spans(6, 510) == 7);  // CM-GEMS: m = 7 in a full window
  CHECK(spans(6, 5) == 1);
  CHECK(spans(3, 510) == 15);  // 15.3
  CHECK(spans(8, 510) == 5);   // 5.1
}

TEST_CASE("genemask draws 0.15 n / 8.5 centres and widens half of them, rounded up", "[masking]") {
  const auto table = test::ordered_table(6);
  const auto masker = make_masker("genemask", {6, &table, {}});
  const std::vector<kmer::TokenId> tokens(510, 100);
  double centres = 0;
  for (std::uint64_t example = 0; example < 400; ++example) {
    const auto plan = plan_of(*masker, tokens, example);
    REQUIRE(plan.pmi_spans == (plan.centres + 1) / 2);
    centres += plan.centres;
  }
  CHECK(centres / 400 == Approx(9.0).margin(0.6));  // deviation of the mean: sqrt(9 * 0.982 / 400) = 0.15
}

TEST_CASE("global masks the PMI span of the best token, ties to the lower position", "[masking]") {
  const auto table = test::ordered_table(3);
  const auto masker = make_masker("global", {3, &table, {}});
  std::vector<kmer::TokenId> tokens(20, 60);  // m = max(1, round(0.03 * 20)) = 1
  CHECK(plan_of(*masker, tokens).positions == Positions{0, 1, 2});
  tokens[10] = 5;
  CHECK(plan_of(*masker, tokens).positions == Positions{8, 9, 10, 11, 12});
  tokens.resize(84, 60);  // m = round(2.52) = 3: positions 10, then 0 and 1 of the ties
  const auto plan = plan_of(*masker, tokens);
  CHECK(plan.positions == Positions{0, 1, 2, 3, 8, 9, 10, 11, 12});
  CHECK(plan.pmi_spans == 3);
  CHECK(plan.covered_twice == 3);
}

TEST_CASE("global never depends on the stream and puts [UNK] last", "[masking]") {
  const auto table = test::ordered_table(3);
  const auto masker = make_masker("global", {3, &table, {}});
  std::vector<kmer::TokenId> tokens(20, kmer::kUnk);
  tokens[15] = 68;  // the worst k-mer, still before [UNK]
  CHECK(plan_of(*masker, tokens, 1).positions == Positions{13, 14, 15, 16, 17});
  CHECK(plan_of(*masker, tokens, 2).positions == Positions{13, 14, 15, 16, 17});
}

TEST_CASE("genemask widens the better half of its centres, not the first half", "[masking]") {
  const auto table = test::ordered_table(6);
  const auto masker = make_masker("genemask", {6, &table, {}});
  for (std::uint64_t example = 0;; ++example) {
    REQUIRE(example < 10'000);
    RandomStream random(1, Purpose::mask, 0, example);
    Positions centres;
    draw_centres(90, genemask_rate(6), random, centres);
    if (centres.size() != 2 || centres[0] < 10 || centres[1] > 75 || centres[1] - centres[0] < 25) continue;
    std::vector<kmer::TokenId> tokens(90, 4000);
    tokens[centres[1]] = 5;  // the best k-mer lies at the second centre
    const auto plan = plan_of(*masker, tokens, example);
    CHECK(plan.centres == 2);
    CHECK(plan.pmi_spans == 1);  // ceil(2 / 2)
    Positions expected;
    for (std::uint32_t i = centres[0] - 2; i <= centres[0] + 3; ++i) expected.push_back(i);
    for (std::uint32_t i = centres[1] - 5; i <= centres[1] + 5; ++i) expected.push_back(i);
    CHECK(plan.positions == expected);
    break;
  }
}

TEST_CASE("genemask without a scored neighbour keeps the single-nucleotide span", "[masking]") {
  const auto unscored = test::ordered_table(6, 0);
  const auto masker = make_masker("genemask", {6, &unscored, {}});
  std::vector<kmer::TokenId> tokens(510, 100);
  std::uint32_t centres = 0;
  for (std::uint64_t example = 0; example < 20; ++example) {
    const auto plan = plan_of(*masker, tokens, example);
    CHECK(plan.pmi_spans == 0);
    centres += plan.centres;
  }
  CHECK(centres > 0);
}

TEST_CASE("a genemask example with one centre has one PMI span around the best token near it", "[masking]") {
  const auto table = test::ordered_table(6);
  const auto masker = make_masker("genemask", {6, &table, {}});
  std::vector<kmer::TokenId> tokens(60, 4000);
  for (std::uint64_t example = 0;; ++example) {
    REQUIRE(example < 1000);
    RandomStream random(1, Purpose::mask, 0, example);
    Positions centres;
    draw_centres(60, genemask_rate(6), random, centres);
    if (centres.size() != 1 || centres[0] < 20 || centres[0] > 30) continue;
    tokens[centres[0] + 3] = 5;  // the last token of the span i-2..i+3
    const auto plan = plan_of(*masker, tokens, example);
    REQUIRE(plan.positions.size() == 11);
    CHECK(plan.positions.front() == centres[0] - 2);
    CHECK(plan.positions.back() == centres[0] + 8);
    break;
  }
}

TEST_CASE("every strategy masks about 15% at k=6", "[masking]") {
  const auto table = test::ordered_table(6);
  CHECK(share(*make_masker("genemask", {6, &table, {}})) == Approx(0.14).margin(0.01));
  CHECK(share(*make_masker("global", {6, &table, {}})) == Approx(0.14).margin(0.02));
}

TEST_CASE("a mask is a function of its stream alone", "[masking]") {
  const auto masker = make_masker("random", {6, nullptr, {}});
  const std::vector<kmer::TokenId> tokens(510, 77);
  CHECK(plan_of(*masker, tokens, 5).positions == plan_of(*masker, tokens, 5).positions);
  CHECK(plan_of(*masker, tokens, 5).positions != plan_of(*masker, tokens, 6).positions);
}

TEST_CASE("an example without tokens has an empty plan", "[masking]") {
  const auto table = test::ordered_table(3);
  for (const auto name : masker_names()) CHECK(plan_of(*make_masker(name, {3, &table, {}}), {}).positions.empty());
}
