#include "cmgems/tasks/built_task.h"

#include <algorithm>
#include <map>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::tasks;

namespace {

/// Distinct sequences of 100 bases each.
std::string fasta(int records) {
  std::string text;
  RandomStream random(1, Purpose::synthetic);
  for (int i = 0; i < records; ++i) {
    text += ">p" + std::to_string(i) + "\n";
    for (int base = 0; base < 100; ++base) text += "ACGT"[random.below(4)];
    text += "\n";
  }
  return text;
}

std::map<std::string, int> labels_of(const std::vector<Example>& rows) {
  std::map<std::string, int> labels;
  for (const auto& row : rows) labels[row.sequence] = row.label;
  return labels;
}

}  // namespace

TEST_CASE("a copy differs in at most twelve pieces of a twentieth") {
  const std::string positive(200, 'N');  // what is replaced shows
  std::set<std::string> copies;
  for (std::uint64_t number = 0; number < 50; ++number) {
    const auto copy = changed_copy(positive, 1, number);
    REQUIRE(copy.size() == 200);
    const auto replaced = 200 - std::count(copy.begin(), copy.end(), 'N');
    CHECK(replaced >= 10);
    CHECK(replaced <= 120);
    std::size_t run = 0;
    for (std::size_t i = 0; i < copy.size(); ++i) {  // no run is shorter than a piece
      if (copy[i] != 'N') {
        ++run;
      } else {
        CHECK((run == 0 || run >= 10));
        run = 0;
      }
    }
    copies.insert(copy);
  }
  CHECK(copies.size() == 50);
  CHECK(changed_copy(positive, 1, 3) == changed_copy(positive, 1, 3));
  CHECK(changed_copy(positive, 1, 3) != changed_copy(positive, 2, 3));
  for (const auto* shortest : {"A", "AC"}) CHECK(changed_copy(shortest, 1, 0) != shortest);
}

TEST_CASE("every positive has its copy, and a tenth of the rows is for testing") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("p.fa", fasta(50) + ">long\n" + std::string(301, 'A') + "\n>empty\n>again\n" +
                                             std::string(100, 'A') + "\n>b\n" + std::string(100, 'A') + "\n");
  const auto task = build_task(path, {});
  CHECK(task.positives == 51);
  CHECK(task.too_long == 1);
  CHECK(task.empty == 1);
  CHECK(task.repeated == 1);
  CHECK(task.test.size() == 10);
  CHECK(task.train.size() == 92);
  auto all = labels_of(task.train);
  all.merge(labels_of(task.test));
  REQUIRE(all.size() == 102);
  std::size_t positives = 0;
  for (const auto& [sequence, label] : all) positives += static_cast<std::size_t>(label);
  CHECK(positives == 51);
  CHECK(task.crossing > 0);
  const auto again = build_task(path, {});
  CHECK(labels_of(again.test) == labels_of(task.test));
  BuildOptions other;
  other.seed = 2;
  CHECK(labels_of(build_task(path, other).test) != labels_of(task.test));
}

TEST_CASE("a grouped split keeps a positive and its copy together") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("p.fa", fasta(40));
  BuildOptions options;
  options.split = TaskSplit::grouped;
  options.test_share = 0.25;
  const auto task = build_task(path, options);
  CHECK(task.crossing == 0);
  CHECK(task.test.size() == 20);
  int positives = 0;
  for (const auto& row : task.test) positives += row.label;
  CHECK(positives == 10);
}

TEST_CASE("a task needs positives") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("p.fa", fasta(9));
  CHECK(test::message_of<DataError>([&] { build_task(path, {}); }) ==
        path.string() + ": 9 different sequences of at most 300 bases; ten or more are needed (0 are longer)");
  CHECK_THROWS_AS(build_task(folder.path() / "none.fa", {}), InputNotFound);
}
