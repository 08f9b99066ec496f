#include "cmgems/infer/perplexity.h"

#include "cmgems/base/error.h"
#include "cmgems/corpus/corpus.h"
#include "cmgems/masking/registry.h"
#include "cmgems/train/lm_step.h"
#include "support/catch_torch.h"
#include "support/random_genome.h"
#include "support/thrown.h"
#include "support/tiny_model.h"

using namespace cmgems;

namespace {

constexpr int kK = 3;
constexpr std::uint64_t kSeed = 9;

std::vector<infer::KeyedWindow> keyed(const std::vector<corpus::Window>& windows) {
  std::vector<infer::KeyedWindow> all;
  for (std::size_t i = 0; i < windows.size(); ++i) all.push_back({windows[i], i});
  return all;
}

}  // namespace

TEST_CASE("the validation windows of a pretraining have its perplexity", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime(200));
  const auto genome = test::random_genome({3000, 2000});
  corpus::DataOptions data;
  data.k = kK;
  data.max_tokens = 14;
  const masking::MaskingOptions masking;
  const corpus::Corpus corpus(genome, data, masking, nullptr, kSeed);
  const auto masker = masking::make_masker("random", {kK, nullptr, masking});
  const auto& validation = corpus.windows().validation;
  const auto batches = corpus.validation_batches(static_cast<std::int64_t>(validation.size()), *masker, 500);
  const double expected = train::mean_cross_entropy(model.masked_lm, batches, model.runtime);

  const corpus::ExampleMaker maker{genome, model.vocabulary, *masker, masking.random_ids, nullptr, kSeed};
  std::size_t told = 0;
  const auto losses = infer::measure(model, maker, keyed(validation), [&](std::size_t done) { told = done; });
  REQUIRE(losses.size() == 2);
  infer::MaskedLoss total;
  for (const auto& loss : losses) total.add(loss);
  CHECK(told == validation.size());
  CHECK(total.windows == validation.size());
  CHECK(total.masked == static_cast<std::uint64_t>(train::masked_tokens(batches)));
  CHECK(total.mean() == Approx(expected).epsilon(1e-6));
  CHECK(total.perplexity() == Approx(std::exp(expected)).epsilon(1e-5));
}

TEST_CASE("every k-mer is in one window, contigs are counted apart", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  genome::GenomeBuilder builder;
  builder.begin_contig("a");
  builder.append("ACGTACGTACGTACGTACGTANNAC");  // 19 3-mers in windows of 10 and 9, then a stretch without any
  builder.begin_contig("b");
  builder.append("NNNN");
  builder.begin_contig("c");
  builder.append("GATTACA");
  const auto genome = builder.finish();
  const auto windows = corpus::cover_windows(genome, kK, model.longest);
  REQUIRE(windows.size() == 3);
  CHECK(std::uint64_t(windows[0].tokens) == 10);
  CHECK(std::uint64_t(windows[1].begin) == 10);
  CHECK(std::uint64_t(windows[1].tokens) == 9);
  CHECK(std::uint64_t(windows[2].begin) == 23);
  CHECK(std::uint64_t(windows[2].tokens) == 5);
  const masking::MaskingOptions masking;
  const auto masker = masking::make_masker("random", {kK, nullptr, masking});
  const corpus::ExampleMaker maker{genome, model.vocabulary, *masker, masking.random_ids, nullptr, kSeed};
  const auto losses = infer::measure(model, maker, keyed(windows), [](std::size_t) {});
  REQUIRE(losses.size() == 3);
  CHECK(losses[0].tokens == 19);
  CHECK(losses[1].windows == 0);
  CHECK(std::isnan(losses[1].perplexity()));
  CHECK(losses[2].tokens == 5);
  // a window has the masks of its index, whatever is measured beside it
  const std::vector<infer::KeyedWindow> second{{windows[1], 1}}, first{{windows[0], 0}};
  const auto one = infer::measure(model, maker, first, [](std::size_t) {})[0];
  const auto two = infer::measure(model, maker, second, [](std::size_t) {})[0];
  CHECK(one.masked + two.masked == losses[0].masked);
  CHECK(one.sum + two.sum == Approx(losses[0].sum).epsilon(1e-5).margin(1e-9));
}

TEST_CASE("a classifier has no perplexity", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 2);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const auto genome = test::random_genome({100});
  const masking::MaskingOptions masking;
  const auto masker = masking::make_masker("random", {kK, nullptr, masking});
  const corpus::ExampleMaker maker{genome, model.vocabulary, *masker, masking.random_ids, nullptr, kSeed};
  CHECK_THROWS_AS(infer::measure(model, maker, {}, [](std::size_t) {}), UsageError);
}

TEST_CASE("a loss that is not finite names its record", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  model.masked_lm->bias.data().fill_(std::nan(""));
  const auto genome = test::random_genome({400});
  const masking::MaskingOptions masking;
  const auto masker = masking::make_masker("random", {kK, nullptr, masking});
  const corpus::ExampleMaker maker{genome, model.vocabulary, *masker, masking.random_ids, nullptr, kSeed};
  const auto windows = keyed(corpus::cover_windows(genome, kK, model.longest));
  CHECK_THAT(test::message_of<DataError>([&] { infer::measure(model, maker, windows, [](std::size_t) {}); }),
             Catch::StartsWith("record '" + genome.contigs()[0].name + "': the model's answer is no finite number"));
}
