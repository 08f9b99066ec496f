#include "../../apps/scored_results.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/paths.h"

using namespace cmgems::apps;

namespace {

/// A fine-tuning on own data, with the keys that finetune writes.
std::string own_data(const std::string& pool, const std::string& test) {
  return R"({"command": "finetune", "task": "train.tsv", "run": "r", "model": "m", "classes": 2, "shots": null,)"
         R"("pool": {"path": ")" +
         pool + R"(", "rows": 80}, "test": {"path": ")" + test +
         R"(", "rows": 20}, "methods": [{"name": "fine-tuned m", "kind": "model", "runs": [)"
         R"({"seed": 7, "accuracy": 0.75, "balanced_accuracy": 0.625, "auc": null}]}]})";
}

}  // namespace

TEST_CASE("results of eval-gue are read with baselines that have no seed", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const auto file = folder.write("results.json", R"json({
    "command": "eval-gue", "run": "r", "model": "m", "seeds": [42, 43],
    "sets": [{"set": "tf/4", "name": "4", "metric": "mcc", "classes": 2,
              "rows": {"train": 100, "dev": 10, "test": 50},
              "methods": [
                {"name": "m", "kind": "model", "runs": [{"seed": 42, "mcc": 0.5}, {"seed": 43, "mcc": 0.6}]},
                {"name": "k-mer logistic regression (k=5, C=1)", "kind": "kmer",
                 "runs": [{"seed": null, "mcc": 0.4, "auc": 0.7, "dev_loss": 0.6}]},
                {"name": "majority class", "kind": "majority", "runs": [{"seed": null, "mcc": 0, "auc": null}]}]}],
    "absent": []})json");
  const auto results = read_scored_results(file.string());
  REQUIRE(results.tasks.size() == 1);
  const auto& set = results.tasks[0];
  CHECK(set.name == "tf/4");
  CHECK(set.test_rows == 50);
  CHECK(set.tables.empty());
  REQUIRE(set.methods.size() == 3);
  CHECK(set.methods[0].runs[1].seed == 43);
  CHECK_FALSE(set.methods[1].runs[0].seed);
  CHECK(set.methods[1].runs[0].scores.at("auc") == 0.7);
  CHECK_FALSE(set.methods[2].runs[0].scores.contains("auc"));
  const auto pairs = pairs_by_seed(set.methods[1].runs, set.methods[0].runs, "mcc");
  CHECK(pairs.ours == std::vector<double>{0.4, 0.4});
  CHECK(pairs.reference == std::vector<double>{0.5, 0.6});
}

TEST_CASE("own data are told by their tables", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const auto tables = [&](const std::string& pool, const std::string& test) {
    return read_scored_results(folder.write("results.json", own_data(pool, test)).string()).tasks.at(0).tables;
  };
  CHECK(tables("/d/train.tsv", "/d/test.tsv") == "/d/train.tsv and /d/test.tsv");
  CHECK(tables("/d/train.tsv", "/d/train.tsv") == "/d/train.tsv, of which 20 rows were set apart by seed 7");
}

TEST_CASE("balanced accuracy is a score like the others", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const auto results = read_scored_results(folder.write("results.json", own_data("/d/a", "/d/b")).string());
  CHECK(results.tasks.at(0).methods.at(0).runs.at(0).scores ==
        std::map<std::string, double>{{"accuracy", 0.75}, {"balanced_accuracy", 0.625}});
}

TEST_CASE("a run without the key seed is no result", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const auto file = folder.write(
      "results.json", R"({"command": "finetune", "task": "t", "methods": [{"name": "m", "runs": [{"accuracy": 1}]}]})");
  CHECK_THROWS_AS(read_scored_results(file.string()), cmgems::DataError);
}
