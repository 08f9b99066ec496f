#include "cmgems/curriculum/replay.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::curriculum;

namespace {

// an independent program's curve: random masks, small LOGO, 24 Mb of human
constexpr const char* kCurve =
    "# 32 windows a step\n"
    "step\tlearning_rate\tperplexity\n"
    "2000\t2e-3\t1253\n"
    "2750\t1.7e-3\t666\n"
    "3750\t1.4e-3\t366\n"
    "4750\t1e-3\t264\n"
    "5750\t7e-4\t161\n"
    "6750\t4e-4\t92\n"
    "8000\t0\t62\n";

std::vector<std::int64_t> switches(const std::vector<ReplayStep>& steps) {
  std::vector<std::int64_t> at;
  for (const auto& step : steps) {
    if (step.switches) at.push_back(*step.state.switch_step);
  }
  return at;
}

std::string problem(const std::string& text) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("trace", text);
  const auto message = test::message_of<DataError>([&] { read_trace(file, 100); });
  return message.substr(message.find("trace") + 5);
}

}  // namespace

TEST_CASE("a curve from a file is replayed measurement by measurement", "[curriculum]") {
  const test::TemporaryFolder folder;
  const auto trace = read_trace(folder.write("curve.tsv", kCurve), 8'000);
  REQUIRE(trace.curve.size() == 7);
  CHECK(trace.curve[6] == Measurement{8000, 62});
  CHECK_FALSE(trace.switch_step.has_value());

  const auto late = replay(Schedule("cm-gems", {.threshold = 110}, 10'000, 1), trace.curve);
  CHECK(switches(late) == std::vector<std::int64_t>{4750});
  CHECK(late[2].drop == 300);
  CHECK(late[2].state.stalled == 0);
  CHECK(late[2].second_probability == 0);
  CHECK(late[3].drop == 102);
  CHECK(late[3].switches);
  CHECK(late[3].second_probability == 1);
  CHECK(late[3].second_share == 0);
  CHECK(late[4].second_share == 1);

  CHECK(switches(replay(Schedule("cm-gems", {.threshold = 1}, 10'000, 1), trace.curve)).empty());
  CHECK(switches(replay(Schedule("cm-gems", {.threshold = 110, .patience = 2}, 10'000, 1), trace.curve)) ==
        std::vector<std::int64_t>{5750});
  CHECK(switches(replay(Schedule("cm-gems", {.threshold = 110, .min_steps = 6000}, 10'000, 1), trace.curve)) ==
        std::vector<std::int64_t>{6750});
  CHECK(switches(replay(Schedule("cm-gems", {.threshold = 0.35, .relative = true}, 10'000, 1), trace.curve)) ==
        std::vector<std::int64_t>{4750});  // 47, 45, 28% ...
}

TEST_CASE("a fixed switch between two measurements is replayed at its own step", "[curriculum]") {
  const std::vector<Measurement> curve{{10, 50}, {20, 40}, {30, 30}};
  const auto between = replay(Schedule("cm-gems", {.switch_at_step = 15}, 100, 1), curve);
  CHECK(switches(between) == std::vector<std::int64_t>{15});
  CHECK(between[1].switches);
  CHECK(between[1].second_share == 0.5);
  const auto at = replay(Schedule("cm-gems", {.switch_at_step = 20}, 100, 1), curve);
  CHECK(at[1].switches);
  CHECK(at[1].second_share == 0);
  CHECK(at[2].second_share == 1);
}

TEST_CASE("cm-step's replay tells probability and share", "[curriculum]") {
  const auto steps = replay(Schedule("cm-step", {.blocks = 2}, 2'000, 1), {{1'000, 50}, {2'000, 40}});
  CHECK(steps[0].second_share == 0);
  CHECK(steps[0].second_probability == 0.5);
  CHECK(steps[1].second_share == Approx(0.5).margin(0.08));
}

TEST_CASE("a curve far beyond the steps of the schedule is replayed at once", "[curriculum]") {
  const std::int64_t far = 1'000'000'000'000'000;
  const std::vector<Measurement> curve{{0, 60}, {1'000, 50}, {far, 40}, {far + 1, 40}};
  const auto drawn = replay(Schedule("cm-step", {.blocks = 2}, 2'000, 1), curve);
  CHECK(drawn[0].second_share == 0);
  CHECK(drawn[1].second_share == 0);
  CHECK(drawn[2].second_share == Approx(0.5).margin(0.08));  // of steps 1000 to 1999; deviation 0.016
  CHECK(drawn[2].second_probability == 1);
  CHECK(drawn[3].second_share == 0);  // no steps
  const auto switched = replay(Schedule("cm-gems", {.switch_at_step = 1'500}, 2'000, 1), curve);
  CHECK(switched[2].second_share == 0.5);
  // a schedule of as many steps as options allow
  const auto late = replay(Schedule("cm-gems", {.switch_at_step = 250'000'000'000}, 1'000'000'000'000, 1), curve);
  CHECK(late[2].second_share == Approx(0.75));
}

TEST_CASE("a trace is a run's metrics.jsonl, TSV, CSV or blanks", "[curriculum]") {
  const test::TemporaryFolder folder;
  const auto events = read_trace(folder.write("metrics.jsonl", R"({"event":"train","step":5,"loss":3}
{"event":"eval","step":5,"loss":2,"perplexity":7.5,"masker":"genemask"}
{"event":"switch","step":5,"from":"genemask","to":"global"}
{"event":"eval","step":10,"loss":1,"perplexity":2.5,"masker":"genemask"}
)"),
                                 10);
  CHECK(events.curve == std::vector<Measurement>{{5, 7.5}, {10, 2.5}});
  CHECK(events.switch_step == 5);
  const std::vector<Measurement> expected{{1, 30}, {2, 20.5}};
  CHECK(read_trace(folder.write("a", "1 30\n2 20.5"), 100).curve == expected);
  CHECK(read_trace(folder.write("b", "perplexity, step\r\n30,1\r\n\r\n20.5,2\r\n"), 100).curve == expected);
  CHECK(read_trace(folder.write("c", "step\tnote\tperplexity\n1\t\t30\n2\tx\t20.5\n"), 100).curve == expected);
}

TEST_CASE("a trace that is none says where and what was expected", "[curriculum]") {
  CHECK(problem("1 30\n2 x\n") ==
        ", line 2: expected a perplexity in column 2; a trace is a table of steps and perplexities, or a run's "
        "metrics.jsonl");
  CHECK_THAT(problem("# c\n\n1 30\n1 29\n"), Catch::StartsWith(", line 4: expected a step after 1, found 1"));
  CHECK_THAT(problem("1 0\n"), Catch::StartsWith(", line 1: expected a positive, finite perplexity"));
  CHECK_THAT(problem("1.5 3\n"), Catch::StartsWith(", line 1: expected a whole number of steps"));
  CHECK_THAT(problem("-1 3\n"), Catch::StartsWith(", line 1: expected a whole number of steps, 0 or more"));
  CHECK_THAT(problem("1e300 3\n"), Catch::StartsWith(", line 1: expected a whole number of steps"));
  CHECK_THAT(problem("1 inf\n"), Catch::StartsWith(", line 1: expected a positive, finite perplexity"));
  CHECK_THAT(problem("1 nan\n"), Catch::StartsWith(", line 1: expected a positive, finite perplexity"));
  CHECK(problem("0 40\n100 30\n101 29\n") ==
        ", line 3: step 101 comes after the last step of the schedule, 100; give the curve of a run of that length, or "
        "raise train.max_steps");
  CHECK_THAT(problem("{\"event\":\"eval\",\"step\":-1,\"perplexity\":2}\n"),
             Catch::StartsWith(", line 1: expected a whole number of steps"));
  CHECK_THAT(problem("{\"event\":\"switch\",\"step\":1e300}\n"),
             Catch::StartsWith(", line 1: expected a whole number of steps"));
  CHECK_THAT(problem("{\"event\":\"eval\",\"step\":1,\"perplexity\":null}\n"),
             Catch::StartsWith(", line 1: expected a positive, finite perplexity"));
  CHECK_THAT(problem("{\"event\":\"eval\"}\n"), Catch::StartsWith(", line 1: expected an event of a run's metrics"));
  CHECK_THAT(problem("{\"event\":\"train\"}\n"), Catch::StartsWith(": no measurement of the perplexity"));
  CHECK_THAT(problem(""), Catch::StartsWith(": no measurement of the perplexity"));
  CHECK_THROWS_AS(read_trace("/no/such/file", 100), InputNotFound);
}
