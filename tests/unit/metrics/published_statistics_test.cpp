// The statistics of table 3 of the CM-GEMS paper from the literals of its table 2: the 27 GUE sets of CM-GEMS 10K
// (DNABERT) against DNABERT 120K, DNABERT-2 120K (k-mer) and GeneMask 10K.
#include <cmath>
#include <map>
#include <string>

#include "cmgems/metrics/classification.h"
#include "cmgems/metrics/paired_tests.h"
#include "cmgems/tasks/published.h"
#include "support/catch.h"

using namespace cmgems;

namespace {

std::map<std::string, std::vector<double>> columns() {
  std::map<std::string, std::vector<double>> result;
  for (const auto set : tasks::published_gue_sets()) {
    for (const auto& score : tasks::published_gue(set)) {
      result[std::string(score.model->name)].push_back(100 * score.value);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("the t-tests of table 3 follow from table 2", "[metrics]") {
  const auto of = columns();
  const auto& ours = of.at("DNABERT CM-GEMS 10K");
  const auto against = [&](const std::string& name) { return metrics::paired_t_test(ours, of.at(name)); };
  CHECK(against("DNABERT 120K").t == Approx(2.463).margin(0.0005));
  CHECK(against("DNABERT 120K").p == Approx(0.021).margin(0.0005));
  CHECK(against("DNABERT-2 120K (k-mer)").t == Approx(2.124).margin(0.0005));
  CHECK(against("DNABERT-2 120K (k-mer)").p == Approx(0.043).margin(0.0005));
  CHECK(against("DNABERT GeneMask 10K").t == Approx(1.643).margin(0.0005));
  CHECK(against("DNABERT GeneMask 10K").p == Approx(0.112).margin(0.0005));
  CHECK(against("DNABERT 120K").degrees == 26);
}

TEST_CASE("the means and deviations of table 3 follow from table 2", "[metrics]") {
  const auto of = columns();
  const auto check = [&](const std::string& name, double mean, double deviation) {
    INFO(name);
    const auto figures = metrics::mean_and_deviation(of.at(name));
    CHECK(figures.mean == Approx(mean).margin(0.00501));
    // The paper divides by the number of sets (ddof 0).
    CHECK(figures.deviation * std::sqrt(26.0 / 27) == Approx(deviation).margin(0.00501));
  };
  check("DNABERT 120K", 60.69, 17.72);
  check("DNABERT-2 120K (k-mer)", 61.12, 17.77);
  check("DNABERT GeneMask 10K", 62.34, 17.69);
  check("DNABERT CM-GEMS 10K", 63.09, 17.49);
}

TEST_CASE("after Holm's correction and by ranks less is left of table 3", "[metrics]") {
  const auto of = columns();
  const auto& ours = of.at("DNABERT CM-GEMS 10K");
  std::vector<double> p;
  for (const std::string name : {"DNABERT 120K", "DNABERT-2 120K (k-mer)", "DNABERT GeneMask 10K"}) {
    p.push_back(metrics::paired_t_test(ours, of.at(name)).p);
  }
  const auto corrected = metrics::holm(p);
  CHECK(corrected[0] == Approx(3 * 0.020704185640557423));
  CHECK(corrected[1] == Approx(2 * 0.043354182072784526));
  CHECK(corrected[2] == Approx(0.112).margin(0.0005));
  // SciPy, on differences in whole hundredths: as floating-point numbers, two that are equal rank apart (127, .136)
  const auto first = metrics::wilcoxon_signed_rank(ours, of.at("DNABERT 120K"));
  CHECK(first.statistic == 101.5);
  CHECK(first.p == Approx(0.03552358158983597));
  CHECK(metrics::wilcoxon_signed_rank(ours, of.at("DNABERT-2 120K (k-mer)")).p == Approx(0.15513363480567932));
  const auto third = metrics::wilcoxon_signed_rank(ours, of.at("DNABERT GeneMask 10K"));
  CHECK(third.statistic == 126.0);
  CHECK(third.p == Approx(0.13009210746984584));
}
