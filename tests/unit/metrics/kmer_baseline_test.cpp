#include "cmgems/metrics/kmer_baseline.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/few_shot.h"
#include "support/catch.h"

using namespace cmgems;
using metrics::kmer_baseline;

namespace {

using Strings = std::vector<std::string>;
using Labels = std::vector<int>;

const Strings kTrain{"ACGTACGTACGT", "TTTTACGTTTTT", "GGGCGGGCGGGC", "GCGCGCNGCGCG", "AATTAATTAATT", "TATATATATATA"};
const Strings kTest{"ACGTTTTTTTTT", "GGGGGGCGCGCG", "TATAATTATATA", "NNNNNN"};

void check(const std::vector<double>& probabilities, const std::vector<double>& expected) {
  REQUIRE(probabilities.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(probabilities[i] == Approx(expected[i]).margin(1e-6));
}

/// Mean accuracy of the baseline over ten draws.
double mean_accuracy(const tasks::TaskData& task, int shots) {
  Strings test;
  Labels test_labels;
  for (const auto& example : task.test.examples) {
    test.push_back(example.sequence);
    test_labels.push_back(example.label);
  }
  std::vector<double> accuracies;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Strings train;
    Labels labels, predictions;
    for (const auto row : tasks::draw_shots(task.pool, task.classes, shots, seed)) {
      train.push_back(task.pool.examples[row].sequence);
      labels.push_back(task.pool.examples[row].label);
    }
    const auto probabilities = kmer_baseline(train, labels, test, task.classes);
    for (auto row = probabilities.begin(); row != probabilities.end(); row += task.classes) {
      predictions.push_back(static_cast<int>(std::max_element(row, row + task.classes) - row));
    }
    accuracies.push_back(metrics::score_predictions(test_labels, predictions, {}, task.classes).accuracy);
  }
  return metrics::mean_and_deviation(accuracies).mean;
}

}  // namespace

// Expected values: scripts/golden/metrics.py.
TEST_CASE("two classes equal scikit-learn's binary model") {
  check(kmer_baseline(kTrain, Labels{0, 0, 1, 1, 0, 1}, kTest, 2),
        {0.765121680, 0.234878320, 0.257107797, 0.742892203, 0.415209727, 0.584790273, 0.515805198, 0.484194802});
  metrics::BaselineOptions weak;
  weak.c = 10;
  check(kmer_baseline(kTrain, Labels{0, 0, 1, 1, 0, 1}, kTest, 2, weak),
        {0.992264371, 0.007735629, 0.006529616, 0.993470384, 0.246612345, 0.753387655, 0.569820609, 0.430179391});
}

TEST_CASE("three classes equal scikit-learn's multinomial model") {
  check(kmer_baseline(kTrain, Labels{0, 0, 1, 1, 2, 2}, kTest, 3),
        {0.769376272, 0.119263081, 0.111360647, 0.124580960, 0.750438181, 0.124980859, 0.144986618, 0.145318926,
         0.709694455, 0.326740439, 0.344805350, 0.328454211});
}

TEST_CASE("classes without training rows get no probability") {
  // The same two groups of rows under the labels 1 and 3 of 4.
  check(kmer_baseline(kTrain, Labels{1, 1, 3, 3, 1, 3}, Strings{"ACGTTTTTTTTT"}, 4), {0, 0.765121680, 0, 0.234878320});
  check(kmer_baseline(kTrain, Labels{2, 2, 2, 2, 2, 2}, Strings{"ACG", ""}, 3), {0, 0, 1, 0, 0, 1});
}

TEST_CASE("lower case counts as upper case") {
  check(kmer_baseline(kTrain, Labels{0, 0, 1, 1, 0, 1}, Strings{"acgtttttTTTT"}, 2), {0.765121680, 0.234878320});
}

TEST_CASE("calls that make no sense are internal errors") {
  CHECK_THROWS_AS(kmer_baseline(kTrain, Labels{0, 1}, kTest, 2), InternalError);
  CHECK_THROWS_AS(kmer_baseline(kTrain, Labels{0, 0, 1, 1, 2, 2}, kTest, 2), InternalError);
  CHECK_THROWS_AS(kmer_baseline(Strings{}, Labels{}, kTest, 2), InternalError);
}

TEST_CASE("the synthetic task is learnable, but not by counting 3-mers of ten rows") {
  const auto task = tasks::synthetic_task(1);
  const double few = mean_accuracy(task, 10), more = mean_accuracy(task, 50);
  CHECK(few > 0.54);  // chance is 0.5
  CHECK(few < 0.65);
  CHECK(more > few + 0.03);
  CHECK(more < 0.75);
}

TEST_CASE("published tasks: the baseline is where scikit-learn has it") {
  if (test::real_data().empty()) CMGEMS_SKIP("no real data");
  // scikit-learn over 40 draws: .589 .651 (prom-core) and .399 .442 (splice-40), deviation at most .037 a draw.
  const auto promoters = tasks::load_task("prom-core", test::real_data());
  CHECK(mean_accuracy(promoters, 10) == Approx(0.589).margin(0.035));
  CHECK(mean_accuracy(promoters, 50) == Approx(0.651).margin(0.02));
  const auto splice_sites = tasks::load_task("splice-40", test::real_data());
  CHECK(mean_accuracy(splice_sites, 10) == Approx(0.399).margin(0.025));
  CHECK(mean_accuracy(splice_sites, 50) == Approx(0.442).margin(0.02));
}
