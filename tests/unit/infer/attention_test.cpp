#include "cmgems/infer/attention.h"

#include "cmgems/base/error.h"
#include "support/catch_torch.h"
#include "support/thrown.h"
#include "support/tiny_model.h"

using namespace cmgems;

namespace {

tasks::SequenceRecord record(std::string sequence) { return {"s", std::move(sequence), {}, "s.fa: sequence 1 ('s')"}; }

}  // namespace

TEST_CASE("attention of the chosen layers, rows of which sum to 1", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 2);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const auto both = infer::attention_of(model, record("ACGTTGC"), {0, 1});
  CHECK(both.ids.front() == kmer::kCls);
  CHECK(both.ids.back() == kmer::kSep);
  REQUIRE(both.tokens() == 7);
  REQUIRE(both.values.size() == 2 * 2 * 7 * 7);
  for (std::size_t row = 0; row < 2 * 2 * 7; ++row) {
    double sum = 0;
    for (std::size_t i = 0; i < 7; ++i) sum += both.values[row * 7 + i];
    CHECK(sum == Approx(1));
  }
  const auto second = infer::attention_of(model, record("ACGTTGC"), {1});
  CHECK(std::equal(second.values.begin(), second.values.end(), both.values.begin() + 2 * 49));
  const auto backwards = infer::attention_of(model, record("ACGTTGC"), {1, 0});
  CHECK(std::equal(second.values.begin(), second.values.end(), backwards.values.begin()));
  CHECK(std::equal(both.values.begin(), both.values.begin() + 2 * 49, backwards.values.begin() + 2 * 49));
  const auto mean = both.mean_over_heads(1);
  CHECK(mean[8] == Approx((second.values[8] + second.values[49 + 8]) / 2));
}

TEST_CASE("importance by hand: a base gets the mean of the k-mers that hold it", "[infer]") {
  infer::AttentionMaps maps{{0}, 2, {2, 9, 10, 3}, std::vector<float>(2 * 16, 0)};
  maps.values[1] = 0.6F;       // head 0, from [CLS] to the first k-mer
  maps.values[2] = 0.2F;       // and to the second
  maps.values[16 + 1] = 0.2F;  // head 1
  maps.values[16 + 2] = 0.6F;
  maps.values[16 + 5] = 9;  // not from [CLS]
  // means over heads 0.4 and 0.4; two 3-mers hold four bases, each 0.4; norm 0.8
  const auto even = infer::base_importance(maps, 3);
  CHECK(even == std::vector<double>(4, even[0]));
  CHECK(even[0] == Approx(0.5));
  maps.values[2] = maps.values[16 + 2] = 0;  // 0.4 and 0: bases 0.4, 0.2, 0.2, 0; norm sqrt(0.24)
  const auto slope = infer::base_importance(maps, 3);
  REQUIRE(slope.size() == 4);
  CHECK(slope[0] == Approx(0.4 / std::sqrt(0.24)));
  CHECK(slope[1] == Approx(0.2 / std::sqrt(0.24)));
  CHECK(slope[2] == Approx(slope[1]));
  CHECK(slope[3] == 0);
}

TEST_CASE("layers by name, sequences of one window", "[infer]") {
  CHECK(infer::parse_layers("all", 3) == std::vector<int>{0, 1, 2});
  CHECK(infer::parse_layers("2,0", 3) == std::vector<int>{2, 0});
  for (const std::string wrong : {"", "3", "-1", "0,", "first"})
    CHECK_THROWS_AS(infer::parse_layers(wrong, 3), UsageError);
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  CHECK_THAT(test::message_of<DataError>([&] { infer::attention_of(model, record(std::string(17, 'A')), {0}); }),
             Catch::Contains("has 15 k-mers: attention is shown of at most 14"));
}
