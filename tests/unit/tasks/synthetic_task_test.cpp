#include <algorithm>

#include "cmgems/tasks/few_shot.h"
#include "support/catch.h"

using namespace cmgems;
using tasks::synthetic_task;

namespace {

/// Share of `motif` among the places of all sequences with this label.
double share_of(const tasks::LabelledTable& table, int label, const std::string& motif) {
  double found = 0, places = 0;
  for (const auto& example : table.examples) {
    if (example.label != label) continue;
    for (std::size_t i = 0; i + motif.size() <= example.sequence.size(); ++i) {
      found += example.sequence.compare(i, motif.size(), motif) == 0;
      ++places;
    }
  }
  return found / places;
}

}  // namespace

TEST_CASE("the synthetic task has its documented size and shape") {
  const auto task = synthetic_task(3);
  CHECK(task.name == "synthetic");
  CHECK(task.classes == 2);
  REQUIRE(task.pool.examples.size() == 400);
  REQUIRE(task.test.examples.size() == 1000);
  std::size_t ones = 0;
  for (const auto& example : task.pool.examples) {
    CHECK(example.sequence.size() == 27);
    CHECK(example.sequence.find_first_not_of("ACGT") == std::string::npos);
    ones += example.label == 1;
  }
  CHECK(ones == 200);
}

TEST_CASE("the classes of the synthetic task share their composition and differ in what follows what") {
  const auto test = synthetic_task(3).test;
  // the human genome: 20.4% C, 29.5% T; CG is four times rarer (1%) than of independent bases (0.204 * 0.204 = 4.2%)
  for (const int label : {0, 1}) {
    CHECK(share_of(test, label, "C") == Approx(0.204).margin(0.012));
    CHECK(share_of(test, label, "T") == Approx(0.295).margin(0.015));
  }
  CHECK(share_of(test, 0, "CG") == Approx(0.042).margin(0.006));
  CHECK(share_of(test, 1, "CG") == Approx(0.010).margin(0.004));
}

TEST_CASE("the synthetic task is a function of its seed") {
  const auto sequence = [](std::uint64_t seed, std::size_t row) {
    return synthetic_task(seed).pool.examples[row].sequence;
  };
  for (const std::size_t row : {6, 7}) {  // one of each label
    CHECK(sequence(3, row) == sequence(3, row));
    CHECK(sequence(3, row) != sequence(4, row));
    CHECK(sequence(3, row) != sequence(3, row + 2));
    CHECK(tasks::load_task("synthetic", "/nonexistent").pool.examples[row].sequence == sequence(1, row));
  }
}
