#include "cmgems/tasks/few_shot.h"

#include <algorithm>
#include <set>

#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::tasks;

namespace {

/// A table of `rows` rows with the labels 0, 1, 2, 0, 1, 2, ...
LabelledTable three_classes(std::size_t rows) {
  LabelledTable table;
  for (std::size_t row = 0; row < rows; ++row) table.examples.push_back({"ACGT", static_cast<int>(row % 3)});
  return table;
}

const std::string kTable = "sequence\tlabel\nAAAA\t0\nCCCC\t1\n";
const std::string kThree = "sequence\tlabel\nAAAA\t0\nCCCC\t1\nGGGG\t2\n";

bool has_note(const TaskData& task, const std::string& part) {
  return std::any_of(task.notes.begin(), task.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

template <class Error>
std::string message_of(const std::string& task, const std::filesystem::path& folder) {
  try {
    load_task(task, folder);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a draw holds the asked number of rows of each class, once each, and depends on the seed alone") {
  const auto table = three_classes(60);
  const auto rows = draw_shots(table, 3, 7, 5);
  REQUIRE(rows.size() == 21);
  CHECK(std::set<std::size_t>(rows.begin(), rows.end()).size() == 21);
  for (std::size_t label = 0; label < 3; ++label) {
    CHECK(std::count_if(rows.begin(), rows.end(), [&](std::size_t row) { return row % 3 == label; }) == 7);
  }
  CHECK(draw_shots(table, 3, 7, 5) == rows);
  CHECK(draw_shots(table, 3, 7, 6) != rows);
  CHECK_FALSE(std::is_sorted(rows.begin(), rows.end(), [](auto a, auto b) { return a % 3 < b % 3; }));
}

TEST_CASE("every row is drawn equally often") {
  // 5 of 20 rows a class: each of the 60 rows is expected 250 times in 1000 draws, standard deviation 13.7.
  const auto table = three_classes(60);
  std::vector<int> times(60);
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    for (const auto row : draw_shots(table, 3, 5, seed)) ++times[row];
  }
  CHECK(*std::min_element(times.begin(), times.end()) > 190);
  CHECK(*std::max_element(times.begin(), times.end()) < 310);
}

TEST_CASE("0 shots are all rows, more than there are is an error") {
  const auto table = three_classes(31);
  const auto rows = draw_shots(table, 3, 0, 1);
  CHECK(std::set<std::size_t>(rows.begin(), rows.end()).size() == 31);
  CHECK_THROWS_AS(draw_shots(table, 3, 11, 1), DataError);
  CHECK_THROWS_AS(draw_shots(table, 4, 1, 1), DataError);
}

TEST_CASE("equal draws are said") {
  CHECK(draw_note(three_classes(30), 3, 9).empty());
  CHECK(contains(draw_note(three_classes(30), 3, 10), "over seeds only"));
  CHECK(contains(draw_note(three_classes(30), 3, 0), "over seeds only"));
}

TEST_CASE("the largest pool and the test file are found in each layout") {
  const test::TemporaryFolder data;
  SECTION("as in the project's data folder") {
    data.write("fewshot/prom-core/10/train.tsv", kTable);
    data.write("fewshot/prom-core/1000/train.tsv", kTable);
    data.write("fewshot/prom-core/500/train.tsv", kTable);
    data.write("fewshot/prom-core/5000/readme.txt", "no rows here");
    data.write("fewshot/prom-core/test.tsv", kTable);
    const auto task = load_task("prom-core", data.path());
    CHECK(task.pool.path == data.path() / "fewshot/prom-core/1000/train.tsv");
    CHECK(task.test.path == data.path() / "fewshot/prom-core/test.tsv");
    CHECK(task.name == "prom-core");
    CHECK(task.classes == 2);
  }
  SECTION("a file with its own name, no folder fewshot, CSV test") {
    data.write("splice-40/500/train_splice40_500.tsv", kThree);
    data.write("splice-40/test.csv", "sequence,label\nACGT,2\n");
    const auto task = load_task("splice-40", data.path());
    CHECK(task.pool.path == data.path() / "splice-40/500/train_splice40_500.tsv");
    CHECK(task.test.examples.size() == 1);
    CHECK(task.classes == 3);
  }
  SECTION("the authors' folder names, the test set in each pool folder") {
    data.write("silencer/10/train.tsv", kTable);
    data.write("silencer/50/train.tsv", kTable);
    data.write("silencer/50/dev.tsv", kTable);
    CHECK(load_task("sil-300", data.path()).test.path == data.path() / "silencer/50/dev.tsv");
    CHECK(load_task("silencer", data.path()).name == "sil-300");
  }
  SECTION("the authors' folder of all data") {
    data.write("Splice-40/10/train_splice40_10.tsv", kThree);
    data.write("Splice-40/full-dataset/test.tsv", kThree);
    CHECK(load_task("Splice-40", data.path()).test.path == data.path() / "Splice-40/full-dataset/test.tsv");
  }
}

TEST_CASE("what is missing or ambiguous is said with its place") {
  const test::TemporaryFolder data;
  CHECK(contains(
      message_of<UsageError>("prom-cor", data.path()),
      "unknown task 'prom-cor'; known tasks are prom-core, prom-300, cohn-enh, splice-40, sil-300, synthetic"));
  CHECK(contains(message_of<InputNotFound>("cohn-enh", data.path()), (data.path() / "fewshot/cohn-enh").string()));
  std::filesystem::create_directories(data.path() / "cohn-enh");
  CHECK(contains(message_of<InputNotFound>("cohn-enh", data.path()), "cohn-enh/<N>/train.tsv"));
  data.write("cohn-enh/10/train_a.tsv", kTable);
  CHECK(contains(message_of<InputNotFound>("cohn-enh", data.path()), "cohn-enh/test.tsv"));
  data.write("cohn-enh/10/train_b.tsv", kTable);
  const auto message = message_of<DataError>("cohn-enh", data.path());
  CHECK(contains(message, "train_a.tsv"));
  CHECK(contains(message, "train_b.tsv"));
  data.write("cohn-enh/10/train.tsv", kThree);
  data.write("cohn-enh/test.tsv", kTable);
  CHECK(contains(message_of<DataError>("cohn-enh", data.path()), "label 2, but task 'cohn-enh' has 2 classes"));
}

TEST_CASE("rows shared between test and pool and an unusual test size are noted") {
  const test::TemporaryFolder data;
  data.write("prom-300/10/train.tsv", kTable);
  data.write("prom-300/test.tsv", "sequence\tlabel\nAAA AAA\t1\nGGGG\t0\nCCGC\t0\n");
  const auto task = load_task("prom-300", data.path());
  CHECK(has_note(task, "1 of 3 test sequences also occur in the training pool"));
  CHECK(has_note(task, "published test set has 5920 rows, this one 3"));
  CHECK(has_note(task, "prom-300/10/train.tsv, 2 rows (per class: 1 1)"));
}

TEST_CASE("the published files load") {
  if (test::real_data().empty()) CMGEMS_SKIP("no real data");
  const auto promoters = load_task("prom-core", test::real_data());
  CHECK(promoters.pool.examples.size() == 2000);
  CHECK(promoters.test.examples.size() == 5920);
  CHECK(promoters.test.examples[0].sequence.size() == 70);
  CHECK(has_note(promoters, "1 of 5920 test sequences"));
  CHECK_FALSE(has_note(promoters, "published test set"));
  const auto splice_sites = load_task("splice-40", test::real_data());
  CHECK(splice_sites.pool.examples.size() == 15000);
  CHECK(splice_sites.test.examples.size() == 3000);
  CHECK(splice_sites.pool.examples[0].sequence.size() == 40);
  CHECK(has_note(splice_sites, "8 of 3000 test sequences"));
  CHECK_THROWS_AS(load_task("cohn-enh", test::real_data()), InputNotFound);
}
