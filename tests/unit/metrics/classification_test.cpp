#include "cmgems/metrics/classification.h"

#include <array>
#include <cmath>
#include <limits>

#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
using metrics::ClassificationScores;
using metrics::score_predictions;

namespace {

void check(const ClassificationScores& scores, const std::array<double, 7>& expected) {
  CHECK(scores.accuracy == Approx(expected[0]).margin(1e-14));
  CHECK(scores.precision == Approx(expected[1]).margin(1e-14));
  CHECK(scores.recall == Approx(expected[2]).margin(1e-14));
  CHECK(scores.f1 == Approx(expected[3]).margin(1e-14));
  CHECK(scores.mcc == Approx(expected[4]).margin(1e-14));
  CHECK(scores.auc == Approx(expected[5]).margin(1e-14));
  CHECK(scores.balanced_accuracy == Approx(expected[6]).margin(1e-14));
}

}  // namespace

// Expected values: scripts/golden/metrics.py.
TEST_CASE("two classes with tied scores") {
  const std::vector<int> labels{0, 1, 1, 0, 1, 0, 1}, predictions{0, 1, 0, 0, 1, 1, 0};
  const std::vector<double> probabilities{.9, .1, .4, .6, .6, .4, .6, .4, .2, .8, .3, .7, .6, .4};
  check(score_predictions(labels, predictions, probabilities, 2),
        {0.571428571428571, 0.583333333333333, 0.583333333333333, 0.571428571428571, 0.166666666666667,
         0.666666666666667, 0.583333333333333});
}

TEST_CASE("three classes, one never predicted") {
  const std::vector<int> labels{0, 0, 1, 1, 2, 2, 2, 0}, predictions{0, 1, 1, 0, 0, 1, 0, 0};
  const std::vector<double> probabilities{.7, .2, .1, .2, .5, .3, .1, .8, .1, .5, .4,  .1,
                                          .6, .1, .3, .3, .4, .3, .4, .4, .2, .5, .25, .25};
  check(score_predictions(labels, predictions, probabilities, 3),
        {0.375, 0.244444444444444, 0.388888888888889, 0.3, 0.0845154254728517, 0.755555555555556, 0.388888888888889});
}

TEST_CASE("by hand: 6 right of 8, one class missed twice") {
  // class 0: 4 labelled, 6 predicted, 4 hits; class 1: 4, 2, 2. f1 = (8/10 + 4/6) / 2, mcc = 16 / sqrt(32 * 24).
  const std::vector<int> labels{0, 0, 0, 0, 1, 1, 1, 1}, predictions{0, 0, 0, 0, 1, 1, 0, 0};
  const auto scores = score_predictions(labels, predictions, {}, 2);
  CHECK(scores.accuracy == 0.75);
  CHECK(scores.precision == Approx((4.0 / 6 + 1) / 2));
  CHECK(scores.recall == Approx(0.75));
  CHECK(scores.balanced_accuracy == Approx(0.75));
  CHECK(scores.confusion == std::vector<std::vector<std::int64_t>>{{4, 0}, {2, 2}});
  CHECK(scores.f1 == Approx((0.8 + 4.0 / 6) / 2));
  CHECK(scores.mcc == Approx(16 / std::sqrt(32.0 * 24.0)));
  CHECK(std::isnan(scores.auc));
}

TEST_CASE("a collapsed classifier has no correlation") {
  const std::vector<int> labels{0, 1, 0, 1}, predictions{1, 1, 1, 1};
  const std::vector<double> probabilities{.4, .6, .4, .6, .4, .6, .4, .6};
  const auto scores = score_predictions(labels, predictions, probabilities, 2);
  CHECK(scores.accuracy == 0.5);
  CHECK(scores.mcc == 0);
  CHECK(scores.precision == 0.25);
  CHECK(scores.auc == 0.5);
}

TEST_CASE("classes that do not occur stay out of the means, as in scikit-learn") {
  const std::vector<int> labels{0, 2, 0, 2}, predictions{0, 2, 0, 2};
  const auto scores = score_predictions(labels, predictions, {}, 5);
  CHECK(scores.f1 == 1);
  CHECK(scores.recall == 1);
  CHECK(scores.mcc == 1);
}

TEST_CASE("a class that is predicted but never true counts in recall, not in balanced accuracy") {
  const std::vector<int> labels{0, 0, 1, 1}, predictions{0, 2, 1, 1};
  const auto scores = score_predictions(labels, predictions, {}, 3);
  CHECK(scores.balanced_accuracy == 0.75);
  CHECK(scores.recall == 0.5);
  CHECK(scores.confusion == std::vector<std::vector<std::int64_t>>{{1, 0, 1}, {0, 2, 0}, {0, 0, 0}});
}

TEST_CASE("the area is undefined with one class or with numbers that are none") {
  const std::vector<int> ones{1, 1}, both{0, 1};
  const std::vector<double> sound{.4, .6, .3, .7};
  const std::vector<double> broken{.4, std::numeric_limits<double>::quiet_NaN(), .3, .7};
  CHECK(std::isnan(score_predictions(ones, ones, sound, 2).auc));
  CHECK(std::isnan(score_predictions(both, both, broken, 2).auc));
  CHECK(score_predictions(both, both, sound, 2).auc == 1);
  CHECK(score_predictions({}, {}, {}, 2).accuracy == 0);
}

TEST_CASE("sizes that differ and unknown classes are internal errors") {
  const std::vector<int> two{0, 1}, three{0, 1, 1}, high{0, 2};
  CHECK_THROWS_AS(score_predictions(two, three, {}, 2), InternalError);
  CHECK_THROWS_AS(score_predictions(two, high, {}, 2), InternalError);
  const std::vector<double> short_row{.5, .5, .5};
  CHECK_THROWS_AS(score_predictions(two, two, short_row, 2), InternalError);
}

TEST_CASE("mean and sample deviation") {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9}, one{3};
  CHECK(metrics::mean_and_deviation(values).mean == 5);
  CHECK(metrics::mean_and_deviation(values).deviation == Approx(std::sqrt(32.0 / 7)));
  CHECK(metrics::mean_and_deviation(one).mean == 3);
  CHECK(metrics::mean_and_deviation(one).deviation == 0);
  CHECK(metrics::mean_and_deviation({}).mean == 0);
}

TEST_CASE("the most likely class, the first of equals") {
  const std::vector<double> probabilities{0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1};
  CHECK(cmgems::metrics::most_likely(probabilities, 3) == std::vector<int>{1, 0, 2});
}
