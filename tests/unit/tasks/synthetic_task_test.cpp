#include <algorithm>

#include "cmgems/genome/synthetic.h"
#include "cmgems/tasks/few_shot.h"
#include "support/catch.h"

using namespace cmgems;
using tasks::Example;
using tasks::synthetic_task;

namespace {

bool has_motif(const Example& example) {
  const auto& motifs = genome::planted_motifs();
  return std::any_of(motifs.begin(), motifs.end(),
                     [&](std::string_view motif) { return example.sequence.find(motif) != std::string::npos; });
}

}  // namespace

TEST_CASE("the synthetic task has its documented size and shape") {
  const auto task = synthetic_task(3);
  CHECK(task.name == "synthetic");
  CHECK(task.classes == 2);
  REQUIRE(task.pool.examples.size() == 400);
  REQUIRE(task.test.examples.size() == 1000);
  std::size_t shortest = 1000, longest = 0, ones = 0;
  for (const auto& example : task.pool.examples) {
    shortest = std::min(shortest, example.sequence.size());
    longest = std::max(longest, example.sequence.size());
    ones += example.label == 1;
    CHECK(example.sequence.find_first_not_of("ACGT") == std::string::npos);
  }
  CHECK(ones == 200);
  CHECK(shortest == 70);
  CHECK(longest == 100);
}

TEST_CASE("every row of label 1 holds a motif, few of label 0 do") {
  const auto task = synthetic_task(3);
  std::size_t with[2] = {0, 0}, rows[2] = {0, 0};
  for (const auto& example : task.test.examples) {
    with[example.label] += has_motif(example);
    ++rows[example.label];
  }
  CHECK(rows[0] == 500);
  CHECK(with[1] == rows[1]);
  CHECK(with[0] < 25);
}

TEST_CASE("the synthetic task is a function of its seed") {
  const auto sequence = [](std::uint64_t seed, std::size_t row) {
    return synthetic_task(seed).pool.examples[row].sequence;
  };
  CHECK(sequence(3, 7) == sequence(3, 7));
  CHECK(sequence(3, 7) != sequence(4, 7));
  CHECK(sequence(3, 7) != sequence(3, 9));
  CHECK(tasks::load_task("synthetic", "/nonexistent").pool.examples[5].sequence == sequence(1, 5));
}
