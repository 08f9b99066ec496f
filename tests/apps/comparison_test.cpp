#include "../../apps/comparison.h"

#include <cmath>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems::apps;

namespace {

/// Runs with the seeds first, first + 1, ...
Contestant::Task task(const std::string& name, std::int64_t first, const std::vector<double>& accuracies) {
  Contestant::Task result{name, "accuracy", false, 1000, 500, {}, {}};
  for (const double value : accuracies) result.runs.push_back({first++, {{"accuracy", value}, {"mcc", value / 2}}});
  return result;
}

bool has_note(const Comparison& comparison, const std::string& part) {
  for (const auto& note : comparison.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("runs are paired by seed, not by place", "[apps]") {
  // Seeds 1 to 4 and 2 to 5: in common 2, 3, 4 with 0.2 - 0.1, 0.4 - 0.2, 0.6 - 0.3.
  const Contestant a{"A", {task("t-10", 1, {0.9, 0.1, 0.2, 0.3})}}, b{"B", {task("t-10", 2, {0.2, 0.4, 0.6, 0.9})}};
  const auto comparison = compare({a, b}, {});
  REQUIRE(comparison.tasks.size() == 1);
  const auto& rows = comparison.tasks[0].rows;
  REQUIRE(rows.size() == 2);
  CHECK_FALSE(rows[0].against);
  CHECK(rows[0].mean == Approx(0.375));
  CHECK(rows[1].runs == 4);
  REQUIRE(rows[1].against);
  const auto& figures = *rows[1].against;
  CHECK(figures.pairs == 3);
  CHECK(figures.difference.mean == Approx(0.2));
  CHECK(figures.t.t == Approx(0.2 / (0.1 / std::sqrt(3.0))));
  CHECK(figures.t.p == Approx(0.0741799).epsilon(1e-5));  // t = 2 sqrt 3 with two degrees: 1 - t / sqrt(2 + t^2)
  CHECK(std::isnan(figures.wilcoxon.p));
  CHECK(has_note(comparison, "t-10, A and B: 3 runs have a seed in common (of 4 and 4)"));
  CHECK(has_note(comparison, "fewer than 6 pairs"));
  CHECK(comparison.overall.empty());  // a single task
  CHECK(compare({a, b}, {"mcc"}).tasks[0].rows[1].against->difference.mean == Approx(0.1));
}

TEST_CASE("p-values are corrected over all rows and apart over tasks", "[apps]") {
  const std::vector<double> low{0.10, 0.20, 0.30, 0.40, 0.50, 0.60}, high{0.12, 0.23, 0.31, 0.44, 0.55, 0.66};
  const std::vector<double> mixed{0.11, 0.18, 0.33, 0.37, 0.52, 0.61};
  const Contestant a{"A", {task("s-10", 1, low), task("s-50", 1, low), task("s-90", 1, low)}};
  const Contestant b{"B", {task("s-10", 1, high), task("s-50", 1, mixed), task("s-90", 1, high)}};
  const auto comparison = compare({a, b}, {});
  const auto& first = *comparison.tasks[0].rows[1].against;
  const auto& second = *comparison.tasks[1].rows[1].against;
  CHECK(first.wilcoxon.p == 2.0 / 64);                 // six of six one way
  CHECK(first.wilcoxon_holm == Approx(3 * 2.0 / 64));  // the smallest of three
  CHECK(second.t_holm == Approx(second.t.p));          // the largest one
  REQUIRE(comparison.overall.size() == 1);
  const auto& overall = comparison.overall[0];
  CHECK(overall.against.pairs == 3);
  // By task: 0.21 / 6 twice, 0.02 / 6 once.
  CHECK(overall.against.difference.mean == Approx(0.44 / 18));
  CHECK(overall.mean - overall.reference == Approx(0.44 / 18));
  CHECK(overall.against.t_holm == overall.against.t.p);
}

TEST_CASE("what differs between two results is told", "[apps]") {
  const Contestant a{"A", {task("t-10", 1, {0.5, 0.6}), task("own", 1, {0.5})}};
  Contestant b{"B", {task("t-10", 1, {0.6, 0.8})}};
  b.tasks[0].train_rows = 64;
  b.tasks[0].test_rows = 400;
  const auto comparison = compare({a, b}, {});
  CHECK(has_note(comparison, "tables of 1000 and 64 rows"));
  CHECK(has_note(comparison, "scored on 500 and 400 test rows"));
  CHECK(has_note(comparison, "fewer than 3 paired runs have no p-value"));
  CHECK(has_note(comparison, "only in A: own"));
  CHECK(std::isnan(comparison.tasks[0].rows[1].against->t.p));
  CHECK(comparison.tasks[0].rows[1].against->difference.mean == Approx(0.15));
}

TEST_CASE("runs without a seed in common are not paired", "[apps]") {
  const Contestant a{"A", {task("t", 1, {0.5, 0.7}), task("u", 1, {0.4})}};
  const Contestant b{"B", {task("t", 11, {0.6, 0.7}), task("u", 11, {0.5})}};
  const auto comparison = compare({a, b}, {});
  CHECK(comparison.tasks[0].rows[1].against->pairs == 0);
  CHECK(std::isnan(comparison.tasks[0].rows[1].against->difference.mean));
  CHECK(has_note(comparison, "no run of one has a seed of the other"));
  REQUIRE(comparison.overall.size() == 1);  // tasks are, by their means
  CHECK(comparison.overall[0].against.difference.mean == Approx(0.075));
}

TEST_CASE("a score that is undefined is not compared", "[apps]") {
  const Contestant a{"A", {task("t", 1, {0.5, 0.7})}}, b{"B", {task("t", 1, {0.6, 0.7})}};
  CHECK_THROWS_AS(compare({a, b}, {"auc"}), cmgems::DataError);
}

TEST_CASE("results without a common task are refused with what they hold", "[apps]") {
  const Contestant a{"A", {task("t-10", 1, {0.5}), task("t-50", 1, {0.5})}}, b{"B", {task("tf/4", 1, {0.5})}};
  const auto message = cmgems::test::message_of<cmgems::DataError>([&] { compare({a, b}, {}); });
  CHECK_THAT(message, Catch::Contains("A holds t-10, t-50") && Catch::Contains("B holds tf/4"));
}

TEST_CASE("a method without seeds stands beside every run of the other", "[apps]") {
  const Contestant model{"M", {task("tf/4", 42, {0.6, 0.7, 0.8})}};
  Contestant kmers{"K", {task("tf/4", 0, {0.5})}};
  kmers.tasks[0].runs[0].seed.reset();
  // -0.1, -0.2, -0.3: mean -0.2, deviation 0.1
  const auto comparison = compare({model, kmers}, {});
  const auto& row = comparison.tasks[0].rows[1];
  CHECK(row.runs == 1);
  CHECK(row.against->pairs == 3);
  CHECK(row.against->difference.mean == Approx(-0.2));
  CHECK(row.against->t.t == Approx(-0.2 / (0.1 / std::sqrt(3.0))));
  CHECK(has_note(comparison, "tf/4, M and K: one of them has no seed"));
  CHECK(compare({kmers, model}, {}).tasks[0].rows[1].against->difference.mean == Approx(0.2));
  const auto both = compare({kmers, kmers}, {});
  CHECK(both.tasks[0].rows[1].against->pairs == 1);
}

TEST_CASE("own data are compared only when they are the same tables", "[apps]") {
  Contestant a{"A", {task("train.tsv", 1, {0.5, 0.6}), task("t-10", 1, {0.5, 0.6})}};
  a.tasks[0].tables = "/a/train.tsv and /a/test.tsv";
  auto b = a;
  b.label = "B";
  CHECK(compare({a, b}, {}).tasks.size() == 2);
  b.tasks[0].tables = "/b/train.tsv and /b/test.tsv";
  const auto comparison = compare({a, b}, {});
  REQUIRE(comparison.tasks.size() == 1);
  CHECK(comparison.tasks[0].task == "t-10");
  const std::string note = "train.tsv is not compared: A is of /a/train.tsv and /a/test.tsv, B of /b/train.tsv";
  CHECK(has_note(comparison, note));
  a.tasks.pop_back();
  b.tasks.pop_back();
  CHECK_THAT(cmgems::test::message_of<cmgems::DataError>([&] { compare({a, b}, {}); }), Catch::Contains(note));
}

TEST_CASE("means over tasks are of one metric", "[apps]") {
  Contestant a{"A", {task("tf/0", 1, {0.6}), task("virus/covid", 1, {0.2}), task("tf/1", 1, {0.8})}};
  for (auto& one : a.tasks) one.metric = "mcc";
  a.tasks[1].metric = "accuracy";
  auto b = a;
  b.label = "B";
  b.tasks[0].runs[0].scores["mcc"] = 0.4;  // 0.3 of A; the same 0.4 in tf/1
  const auto comparison = compare({a, b}, {});
  CHECK(comparison.tasks.size() == 3);
  REQUIRE(comparison.overall.size() == 1);
  CHECK(comparison.overall[0].against.pairs == 2);
  CHECK(comparison.overall[0].mean == Approx(0.4));
  CHECK(comparison.overall[0].reference == Approx(0.35));
  CHECK(has_note(comparison, "over tasks and sets are of mcc; left out: virus/covid (accuracy)"));
  CHECK(compare({a, b}, {"accuracy"}).overall[0].against.pairs == 3);
}

TEST_CASE("baselines are put together by their kind", "[apps]") {
  const ScoredRun run{{}, {{"mcc", 0.5}}};
  ScoredResults results{"R", "m", {}};
  for (const std::string k : {"5", "6"}) {
    ScoredTask one;
    one.name = "tf/" + k;
    one.methods = {{"model", "model", {run}},
                   {"k-mer logistic regression (k=" + k + ", C=1)", "kmer", {run}},
                   {"majority class", "majority", {run}}};
    results.tasks.push_back(one);
  }
  const auto baselines = baselines_of(results);
  REQUIRE(baselines.size() == 2);
  CHECK(baselines[0].label == "k-mer logistic regression");
  CHECK(baselines[0].tasks.size() == 2);
  CHECK(baselines[1].label == "majority class");
}

TEST_CASE("methods of a result become contestants", "[apps]") {
  const ScoredRun run{1, {{"accuracy", 0.5}}};
  ScoredResults results{"R", "m", {}};
  for (const std::string name : {"t-10", "t-50"}) {
    ScoredTask one;
    one.name = name;
    one.methods = {{"model", "model", {run}}, {"k-mers", "kmer", {run, run}}};
    results.tasks.push_back(one);
  }
  CHECK(model_of(results).tasks.size() == 2);
  const auto baselines = baselines_of(results);
  REQUIRE(baselines.size() == 1);
  CHECK(baselines[0].label == "k-mers");
  CHECK(baselines[0].tasks[1].runs.size() == 2);
}
