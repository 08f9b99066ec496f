#include "cmgems/infer/embedder.h"

#include <limits>

#include "cmgems/base/error.h"
#include "support/catch_torch.h"
#include "support/thrown.h"
#include "support/tiny_model.h"

using namespace cmgems;
using infer::Pool;

namespace {

constexpr std::size_t kHidden = 8;

tasks::SequenceRecord record(std::string sequence) { return {"s", std::move(sequence), {}, "s.fa: sequence 1 ('s')"}; }

/// Rows of each sequence.
std::vector<std::vector<float>> embed(const infer::Model& model, const infer::EmbeddingOptions& options,
                                      const std::vector<std::string>& sequences) {
  std::vector<std::vector<float>> all;
  infer::Embedder embedder(model, options, [&](const infer::EmbeddedRows& rows) {
    if (rows.begins) all.emplace_back();
    all.back().insert(all.back().end(), rows.values.begin(), rows.values.end());
  });
  for (const auto& sequence : sequences) embedder.add(record(sequence));
  embedder.finish();
  return all;
}

void check_near(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).epsilon(1e-4).margin(1e-6));
}

const std::vector<std::string> kSequences{"ACGTACG", "TTGACCATNGGAC", "ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCA",
                                          "GGG"};

}  // namespace

TEST_CASE("mean rows are the means of the token rows, of long sequences too", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const auto tokens = embed(model, {Pool::tokens, {}}, kSequences), means = embed(model, {Pool::mean, {}}, kSequences);
  REQUIRE(tokens.size() == 4);
  REQUIRE(means.size() == 4);
  for (std::size_t s = 0; s < 4; ++s) {
    const std::size_t kmers = kSequences[s].size() - 2;
    REQUIRE(tokens[s].size() == kmers * kHidden);
    std::vector<float> mean(kHidden, 0);
    for (std::size_t i = 0; i < tokens[s].size(); ++i) mean[i % kHidden] += tokens[s][i] / static_cast<float>(kmers);
    check_near(means[s], mean);
  }
}

TEST_CASE("embeddings are the same twice, and do not depend on the token budget", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 3);  // a classifier has an encoder too
  const auto wide = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const auto narrow = infer::load_model(folder.path() / "m", test::tiny_runtime(20));
  for (const auto pool : {Pool::mean, Pool::cls, Pool::tokens}) {
    const auto a = embed(wide, {pool, {}}, kSequences);
    CHECK(a == embed(wide, {pool, {}}, kSequences));
    const auto b = embed(narrow, {pool, {}}, kSequences);
    REQUIRE(a.size() == b.size());
    for (std::size_t s = 0; s < a.size(); ++s) check_near(a[s], b[s]);
  }
}

TEST_CASE("layers are counted from the embeddings", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const auto last = embed(model, {Pool::tokens, {}}, kSequences);
  CHECK(embed(model, {Pool::tokens, 2}, kSequences) == last);
  CHECK(embed(model, {Pool::tokens, 1}, kSequences) != last);
  // behind no layer a k-mer's row depends on itself and its position alone
  const auto plain = embed(model, {Pool::tokens, 0}, {"ACGTT", "ACGGG"});
  CHECK(std::equal(plain[0].begin(), plain[0].begin() + kHidden, plain[1].begin()));
  CHECK_FALSE(std::equal(plain[0].end() - kHidden, plain[0].end(), plain[1].end() - kHidden));
  CHECK_THROWS_AS(embed(model, {Pool::mean, 3}, {}), UsageError);
  CHECK_THROWS_AS(embed(model, {Pool::mean, {}}, {"AC"}), DataError);
}

TEST_CASE("a long sequence is embedded piece by piece", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime(40));
  std::size_t told = 0, most = 0;
  infer::Embedder embedder(model, {Pool::tokens, {}}, [&](const infer::EmbeddedRows& rows) {
    told += rows.values.size() / kHidden;
    most = std::max(most, rows.values.size() / kHidden);
  });
  embedder.add(record(std::string(1000, 'A')));  // 998 3-mers in 72 pieces of at most 14, two a batch
  CHECK(told > 998 - 40);                        // one batch waits
  embedder.finish();
  CHECK(told == 998);
  CHECK(most == 14);
}

TEST_CASE("a model whose weights are not finite embeds nothing", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  const auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  model.encoder()->embeddings->layer_norm->bias.data().fill_(std::numeric_limits<float>::infinity());
  for (const auto pool : {Pool::mean, Pool::cls, Pool::tokens}) {
    CHECK_THAT(test::message_of<DataError>([&] { embed(model, {pool, {}}, {"ACGTT"}); }),
               Catch::StartsWith("s.fa: sequence 1 ('s'): the model's answer is no finite number"));
  }
}
