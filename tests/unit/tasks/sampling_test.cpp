#include "cmgems/tasks/sampling.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::tasks;

TEST_CASE("a split leaves rows of each class on both sides") {
  const std::vector<int> labels{0, 1, 0, 1, 0, 0};
  const auto taken = stratified_rows(labels, 3, 0.01, 1, Split::test, "x");
  CHECK(taken.size() == 2);  // one of each class, none of the class without rows
  CHECK(std::is_sorted(taken.begin(), taken.end()));
  CHECK(stratified_rows(labels, 2, 0.99, 1, Split::test, "x").size() == 4);
  CHECK(test::message_of<DataError>([] { stratified_rows({0, 0, 1}, 2, 0.5, 1, Split::test, "own.tsv"); }) ==
        "own.tsv: class 1 has a single row, which cannot be split; two or more are needed");
}

TEST_CASE("splits of one seed for different purposes differ") {
  const std::vector<int> labels(60, 0);
  CHECK(stratified_rows(labels, 1, 0.5, 1, Split::test, "x") !=
        stratified_rows(labels, 1, 0.5, 1, Split::held_out, "x"));
}

// scikit-learn 1.9: compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1, 2, 2])
TEST_CASE("balanced weights are those of scikit-learn") {
  const auto weights = balanced_class_weights({0, 0, 0, 1, 2, 2}, 3);
  CHECK(weights[0] == Approx(2.0 / 3));
  CHECK(weights[1] == 2);
  CHECK(weights[2] == 1);
  CHECK(balanced_class_weights({0, 0, 2, 2}, 3) == std::vector<double>{1, 0, 1});
}
