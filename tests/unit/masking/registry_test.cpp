#include "cmgems/masking/registry.h"

#include <set>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/small_table.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::masking;

TEST_CASE("the maskers have names, summaries and a note about tables", "[masking]") {
  CHECK(masker_names() == std::vector<std::string_view>{"random", "genemask", "global", "pmi-voc"});
  for (const auto& entry : maskers()) {
    CHECK_FALSE(entry.summary.empty());
    CHECK(entry.needs_table == (entry.name != "random"));
  }
}

TEST_CASE("an unknown masker names the known ones", "[masking]") {
  CHECK(test::message_of<UsageError>([] { find_masker("genmask"); }) ==
        "no masker 'genmask': expected one of random, genemask, global, pmi-voc; did you mean genemask?");
}

TEST_CASE("a masker by NPMI refuses to work without a table", "[masking]") {
  CHECK_THROWS_AS(make_masker("global", {6, nullptr, {}}), InternalError);
  CHECK_NOTHROW(make_masker("random", {6, nullptr, {}}));
}

TEST_CASE("ranked by position, global masks the same positions in every full window", "[masking]") {
  const auto table = npmi::builtin_human_6mer(npmi::Definition::genemask_release);
  MaskingOptions options;
  options.global.rank_by = RankBy::position;
  const auto released = make_masker("global", {6, &table, options});
  const auto paper = make_masker("global", {6, &table, {}});
  std::set<std::vector<std::uint32_t>> by_position, by_token;
  for (std::uint64_t window = 0; window < 5; ++window) {
    RandomStream random(1, Purpose::synthetic, 0, window);
    std::vector<kmer::TokenId> tokens(510);
    for (auto& token : tokens) token = kmer::kFirstKmer + static_cast<kmer::TokenId>(random.below(4096));
    MaskPlan plan;
    released->plan(tokens, random, plan);
    by_position.insert(plan.positions);
    paper->plan(tokens, random, plan);
    by_token.insert(plan.positions);
  }
  REQUIRE(by_position.size() == 1);
  CHECK(by_position.begin()->size() == 48);  // as counted in the released code's own windows
  CHECK(by_token.size() == 5);
}

TEST_CASE("binomial counts have mean and variance of Bernoulli draws, and may be none", "[masking]") {
  const auto table = test::ordered_table(6);
  MaskingOptions options;
  options.global.count = SpanCount::binomial;
  const auto masker = make_masker("global", {6, &table, options});
  const std::vector<kmer::TokenId> tokens(510, 100);
  double sum = 0, squares = 0;
  const int windows = 4000;
  for (int window = 0; window < windows; ++window) {
    RandomStream random(1, Purpose::mask, 0, static_cast<std::uint64_t>(window));
    MaskPlan plan;
    masker->plan(tokens, random, plan);
    sum += plan.pmi_spans;
    squares += static_cast<double>(plan.pmi_spans) * plan.pmi_spans;
  }
  const double mean = sum / windows;
  CHECK(mean == Approx(510 * 0.15 / 11).margin(0.2));                                    // 6.95, deviation 2.6
  CHECK(squares / windows - mean * mean == Approx(6.95 * (1 - 0.15 / 11)).margin(0.6));  // n p (1 - p)
}

TEST_CASE("pmi-voc stops at the first unit that brings 15% of the tokens", "[masking]") {
  const auto table = test::ordered_table(6);
  for (const double scale : {1.0, 2.0}) {
    MaskingOptions options;
    options.rate_scale = scale;
    const auto masker = make_masker("pmi-voc", {6, &table, options});
    for (std::uint64_t window = 0; window < 50; ++window) {
      RandomStream random(1, Purpose::mask, 0, window);
      std::vector<kmer::TokenId> tokens(510);
      for (auto& token : tokens) token = kmer::kFirstKmer + static_cast<kmer::TokenId>(random.below(4096));
      MaskPlan plan;
      masker->plan(tokens, random, plan);
      const double share = static_cast<double>(plan.positions.size()) / 510;
      CHECK(share >= 0.15 * scale);
      CHECK(share < 0.15 * scale + 11.0 / 510);
    }
  }
}
