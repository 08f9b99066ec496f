#include "cmgems/curriculum/trigger.h"

#include <cmath>
#include <limits>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::curriculum;

namespace {

/// The state after each measurement of a curve of steps 1, 2, ...
State after(const CurriculumOptions& options, const std::vector<double>& perplexities) {
  State state;
  for (std::size_t i = 0; i < perplexities.size(); ++i) {
    state = observe(options, state, {static_cast<std::int64_t>(i + 1), perplexities[i]});
  }
  return state;
}

}  // namespace

TEST_CASE("the switch comes at the first drop below the threshold", "[curriculum]") {
  const CurriculumOptions options{.threshold = 1.0};
  CHECK_FALSE(after(options, {90, 80, 79}).switched());  // a drop of exactly 1.0 is progress
  CHECK(after(options, {90, 80, 79, 78.5}).switch_step == 4);
  CHECK(after(options, {90, 80, 79, 78.5, 78.5, 10}).switch_step == 4);  // once
}

TEST_CASE("a rise of perplexity is no progress either", "[curriculum]") {
  CHECK(after({.threshold = 1.0}, {50, 60}).switch_step == 2);
}

TEST_CASE("a relative threshold is a share of the previous perplexity", "[curriculum]") {
  const CurriculumOptions options{.threshold = 0.02, .relative = true};
  CHECK_FALSE(after(options, {1000, 980}).switched());       // 2%
  CHECK(after(options, {1000, 980, 961}).switch_step == 3);  // 1.94%
}

TEST_CASE("patience counts measurements in a row", "[curriculum]") {
  const CurriculumOptions options{.threshold = 1.0, .patience = 2};
  CHECK(after(options, {50, 50}).stalled == 1);
  CHECK(after(options, {50, 50, 40}).stalled == 0);  // progress: counting starts again
  CHECK_FALSE(after(options, {50, 50, 40, 40}).switched());
  CHECK(after(options, {50, 50, 40, 40, 40}).switch_step == 5);
}

TEST_CASE("min_steps keeps a plateau at the start from switching", "[curriculum]") {
  const CurriculumOptions options{.threshold = 0.02, .relative = true, .min_steps = 5};
  CHECK_FALSE(after(options, {1300, 1299, 600, 300}).switched());
  CHECK(after(options, {1300, 1299, 600, 300, 299}).switch_step == 5);
}

TEST_CASE("abs-min looks at the smallest change so far, in either direction", "[curriculum]") {
  const CurriculumOptions options{.rule = Rule::abs_min, .threshold = 1.0};
  CHECK_FALSE(after(options, {50, 60}).switched());  // the signed rule would switch here
  CHECK_FALSE(after(options, {50, 60, 59}).switched());
  CHECK(after(options, {50, 60, 59.5}).switch_step == 3);
  // a small change before min_steps is remembered: the first measurement that may switch does
  const CurriculumOptions late{.rule = Rule::abs_min, .threshold = 1.0, .min_steps = 4};
  CHECK_FALSE(after(late, {1300, 1299.5, 600}).switched());
  CHECK(after(late, {1300, 1299.5, 600, 300}).switch_step == 4);
  const CurriculumOptions relative{.rule = Rule::abs_min, .threshold = 0.02, .relative = true};
  CHECK_FALSE(after(relative, {1000, 1020}).switched());
  CHECK(after(relative, {1000, 1020, 1030}).switch_step == 3);  // 0.98% up
}

TEST_CASE("a fixed schedule ignores perplexity", "[curriculum]") {
  const CurriculumOptions options{.threshold = 1.0, .switch_at_step = 30};
  State state = after(options, {50, 50, 50});
  CHECK_FALSE(state.switched());
  CHECK_FALSE(reach(options, state, 29).switched());
  state = reach(options, state, 30);
  CHECK(state.switch_step == 30);
  CHECK(reach(options, state, 31).switch_step == 30);
}

TEST_CASE("a recorded curve tells where another threshold would have switched", "[curriculum]") {
  // measured by an independent program: random masks, small LOGO
  const std::vector<Measurement> curve{{250, 2667}, {750, 1627}, {2000, 1253}, {3250, 440}, {5750, 161}, {8000, 62}};
  const auto switch_step = [&](const CurriculumOptions& options) {
    State state;
    for (const auto& measurement : curve) state = observe(options, std::move(state), measurement);
    return state.switch_step;
  };
  CHECK_FALSE(switch_step({.threshold = 1.0}).has_value());
  CHECK(switch_step({.threshold = 300}) == 5750);
}

TEST_CASE("drops are the differences of the curve", "[curriculum]") {
  CHECK(drops(after({.threshold = -1e9}, {50, 45, 47})) == std::vector<double>{5, -2});
}

TEST_CASE("the state of a curriculum is JSON and comes back whole", "[curriculum]") {
  State state;
  state.history = {{250, 1300.1}, {500, 0.1 + 0.2}, {750, std::numeric_limits<double>::infinity()}};
  state.stalled = 2;
  CHECK(to_json(state) == R"({"stage":"first","switch_step":null,"stalled":2,)"
                          R"("history":[[250,1300.1],[500,0.30000000000000004],[750,"inf"]]})");
  CHECK(state_from_json(to_json(state)) == state);
  state.switch_step = 750;
  CHECK(state_from_json(to_json(state)) == state);
  state.history.push_back({1000, std::nan("")});
  CHECK(std::isnan(state_from_json(to_json(state)).history.back().perplexity));
}

TEST_CASE("a state that cannot be is refused", "[curriculum]") {
  const auto problem = [](const char* text) { return test::message_of<DataError>([&] { state_from_json(text); }); };
  CHECK_THAT(problem("{}"), Catch::Contains("expected stage, switch_step, stalled and history"));
  CHECK_THAT(problem("{\"stage\""), Catch::Contains("cannot be read"));
  CHECK_THAT(problem(R"({"stage":"second","switch_step":null,"stalled":0,"history":[]})"),
             Catch::Contains("contradicts itself: stage \"second\" with switch_step null"));
}
