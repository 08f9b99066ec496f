#include "cmgems/metrics/kmer_selection.h"

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/metrics/kmer_baseline.h"
#include "support/catch.h"

using namespace cmgems;

namespace {

struct Rows {
  std::vector<std::string> sequences;
  std::vector<int> labels;
  metrics::LabelledSequences view() const { return {sequences, labels}; }
};

/// Random bases; rows of label 1 hold GATTA once.
Rows random_rows(std::size_t count, std::uint64_t stream) {
  Rows rows;
  RandomStream random(stream, Purpose::synthetic);
  for (std::size_t row = 0; row < count; ++row) {
    std::string sequence;
    for (int i = 0; i < 30; ++i) sequence += "ATCG"[random.below(4)];
    if (row % 2 == 1) sequence.replace(random.below(25), 5, "GATTA");
    rows.sequences.push_back(sequence);
    rows.labels.push_back(static_cast<int>(row % 2));
  }
  return rows;
}

}  // namespace

TEST_CASE("a grid of one k and C is that baseline", "[metrics]") {
  const auto train = random_rows(60, 1), dev = random_rows(20, 2), test = random_rows(10, 3);
  const auto selected =
      metrics::select_kmer_baseline(train.view(), dev.view(), test.sequences, 2, 1, {{4}, {0.5}, 1e-9});
  const auto expected = metrics::kmer_baseline(train.sequences, train.labels, test.sequences, 2, {4, 0.5});
  CHECK(selected.k == 4);
  CHECK(selected.c == 0.5);
  REQUIRE(selected.probabilities.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(selected.probabilities[i] == Approx(expected[i]).margin(1e-5));
  }
}

TEST_CASE("k and C of the lowest dev loss are chosen with any number of threads", "[metrics]") {
  const auto train = random_rows(400, 1), dev = random_rows(200, 2), test = random_rows(50, 3);
  const auto best = metrics::select_kmer_baseline(train.view(), dev.view(), test.sequences, 2, 1);
  for (const int k : {3, 4, 5, 6}) {
    for (const double c : {0.001, 0.01, 0.1, 1.0}) {
      const auto one = metrics::select_kmer_baseline(train.view(), dev.view(), test.sequences, 2, 1, {{k}, {c}});
      CHECK(one.dev_loss > best.dev_loss - 1e-3);
    }
  }
  CHECK(best.dev_loss < 0.6931);  // ln 2: what knows nothing has
  const auto threaded = metrics::select_kmer_baseline(train.view(), dev.view(), test.sequences, 2, 3);
  CHECK(threaded.k == best.k);
  CHECK(threaded.c == best.c);
  CHECK(threaded.probabilities == best.probabilities);
}

TEST_CASE("the selection of a k-mer baseline needs labels that fit", "[metrics]") {
  const auto train = random_rows(10, 1);
  auto dev = random_rows(4, 2);
  const auto select = [&](const Rows& rows, int classes) {
    return metrics::select_kmer_baseline(rows.view(), dev.view(), train.sequences, classes, 1);
  };
  auto single = train;
  single.labels.assign(10, 1);
  CHECK_THROWS_AS(select(single, 2), InternalError);
  dev.labels[0] = 2;
  CHECK_THROWS_AS(select(train, 3), InternalError);
  dev.labels.pop_back();
  CHECK_THROWS_AS(select(train, 2), InternalError);
}
