#include "cmgems/masking/registry.h"

#include <algorithm>
#include <set>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/small_table.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::masking;

namespace {

/// Random k-mers, every tenth token [UNK].
std::vector<kmer::TokenId> random_tokens(int k, std::size_t n, std::uint64_t example) {
  RandomStream random(1, Purpose::synthetic, n, example);
  std::vector<kmer::TokenId> tokens(n);
  for (std::size_t i = 0; i < n; ++i) {
    tokens[i] = i % 10 == 9 ? kmer::kUnk : kmer::kFirstKmer + static_cast<kmer::TokenId>(random.below(1U << (2 * k)));
  }
  return tokens;
}

/// What masker.h promises of every plan.
void check_promises(const MaskPlan& plan, std::size_t n) {
  CHECK(plan.tokens == n);
  CHECK(plan.centres == plan.spans.size());
  std::set<std::uint32_t> covered;
  std::size_t pmi_spans = 0, lengths = 0;
  for (const auto& [span, centre, is_pmi] : plan.spans) {
    REQUIRE((span.first <= span.last && span.last < n));
    CHECK(centre < n);
    pmi_spans += is_pmi ? 1 : 0;
    lengths += span.last - span.first + 1;
    for (auto i = span.first; i <= span.last; ++i) covered.insert(i);
  }
  CHECK(plan.pmi_spans == pmi_spans);
  CHECK(plan.positions == std::vector<std::uint32_t>(covered.begin(), covered.end()));  // ascending, unique
  CHECK(plan.covered_twice <= lengths - covered.size());
  CHECK((plan.covered_twice == 0) == (lengths == covered.size()));
}

}  // namespace

TEST_CASE("the papers' maskers are there, and every masker has a name of its own and a summary", "[masking]") {
  const auto& names = masker_names();
  for (const char* known : {"random", "genemask", "global", "pmi-voc"}) {
    CHECK(std::count(names.begin(), names.end(), known) == 1);
    CHECK(find_masker(known).needs_table == (std::string_view(known) != "random"));
  }
  CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
  CHECK(maskers().size() == names.size());
  for (const auto& entry : maskers()) CHECK_FALSE(entry.summary.empty());
}

TEST_CASE("every masker keeps the promises of its interface at every k and length", "[masking]") {
  for (const auto& entry : maskers()) {
    for (const int k : {3, 6, 8}) {
      const auto table = test::ordered_table(k);
      const auto masker = make_masker(entry.name, {k, entry.needs_table ? &table : nullptr, {}});
      MaskPlan plan;  // reused: nothing of the plan before may stay
      for (const std::size_t n : {510, 100, 12, 5, 1, 0}) {
        for (std::uint64_t example = 0; example < 5; ++example) {
          INFO(entry.name << ", k=" << k << ", " << n << " tokens, example " << example);
          const auto tokens = random_tokens(k, n, example);
          RandomStream random(1, Purpose::mask, 0, example), again(1, Purpose::mask, 0, example);
          masker->plan(tokens, random, plan);
          check_promises(plan, n);
          MaskPlan fresh;
          masker->plan(tokens, again, fresh);
          CHECK(fresh.positions == plan.positions);
        }
      }
    }
  }
}

TEST_CASE("an unknown masker names the known ones", "[masking]") {
  const auto message = test::message_of<UsageError>([] { find_masker("genmask"); });
  CHECK_THAT(message, Catch::StartsWith("no masker 'genmask': expected one of random, "));
  for (const char* known : {" genemask", " global", " pmi-voc"}) CHECK_THAT(message, Catch::Contains(known));
  CHECK_THAT(message, Catch::EndsWith("; did you mean genemask?"));
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

TEST_CASE("rate_scale multiplies how many spans every masker places", "[masking]") {
  const auto table = test::ordered_table(6);
  const std::vector<kmer::TokenId> tokens(510, 100);
  const auto mean_spans = [&](const char* name, double scale) {
    MaskingOptions options;
    options.rate_scale = scale;
    const auto masker = make_masker(name, {6, &table, options});
    double sum = 0;
    const int windows = 4000;
    for (int window = 0; window < windows; ++window) {
      RandomStream random(1, Purpose::mask, 0, static_cast<std::uint64_t>(window));
      MaskPlan plan;
      masker->plan(tokens, random, plan);
      sum += plan.centres;
    }
    return sum / windows;
  };
  // the deviation of a mean is below 0.08
  CHECK(mean_spans("random", 1) == Approx(12.75).margin(0.3));  // 510 * 0.15 / 6
  CHECK(mean_spans("random", 2) == Approx(25.5).margin(0.4));   // 510 * 0.30 / 6
  CHECK(mean_spans("genemask", 1) == Approx(9).margin(0.25));   // 510 * 0.15 / 8.5
  CHECK(mean_spans("genemask", 2) == Approx(18).margin(0.35));  // 510 * 0.30 / 8.5
  CHECK(mean_spans("global", 1) == 7);                          // 510 * 0.15 / 11 = 6.95
  CHECK(mean_spans("global", 2) == 14);                         // 510 * 0.30 / 11 = 13.91
}

TEST_CASE("a rate of one makes every token a centre", "[masking]") {
  const auto table = test::ordered_table(6);
  const std::vector<kmer::TokenId> tokens(4, 100);
  MaskingOptions options;
  RandomStream random(1, Purpose::mask);
  MaskPlan plan;
  options.rate_scale = 40;  // 40 * 0.15 / 6 = 1
  make_masker("random", {6, &table, options})->plan(tokens, random, plan);
  CHECK(plan.drawn == std::vector<std::uint32_t>{0, 1, 2, 3});
  options.rate_scale = 8.5 / 0.15;
  make_masker("genemask", {6, &table, options})->plan(tokens, random, plan);
  CHECK(plan.drawn == std::vector<std::uint32_t>{0, 1, 2, 3});
  CHECK(plan.pmi_spans == 2);  // the better half
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
