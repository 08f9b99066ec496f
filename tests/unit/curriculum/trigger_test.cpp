#include "cmgems/curriculum/trigger.h"

#include "support/catch.h"

using namespace cmgems::curriculum;

TEST_CASE("the switch comes at the first drop below the threshold", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = 1.0});
  CHECK_FALSE(trigger.observe({500, 90.0}));
  CHECK_FALSE(trigger.observe({1000, 80.0}));
  CHECK_FALSE(trigger.observe({1500, 79.0}));  // a drop of exactly 1.0 is progress
  CHECK(trigger.observe({2000, 78.5}));
  CHECK(trigger.switch_step() == 2000);
  CHECK_FALSE(trigger.observe({2500, 78.5}));  // once
  CHECK(trigger.switch_step() == 2000);
}

TEST_CASE("a rise of perplexity is no progress either", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = 1.0});
  trigger.observe({1, 50});
  CHECK(trigger.observe({2, 60}));
}

TEST_CASE("a relative threshold is a share of the previous perplexity", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = 0.02, .relative = true});
  trigger.observe({250, 1000});
  CHECK_FALSE(trigger.observe({500, 980}));  // 2%
  CHECK(trigger.observe({750, 961}));        // 1.94%
}

TEST_CASE("patience counts measurements in a row", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = 1.0, .patience = 2});
  trigger.observe({1, 50});
  CHECK_FALSE(trigger.observe({2, 50}));
  CHECK_FALSE(trigger.observe({3, 40}));  // progress: counting starts again
  CHECK_FALSE(trigger.observe({4, 40}));
  CHECK(trigger.observe({5, 40}));
}

TEST_CASE("min_steps keeps a plateau at the start from switching", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = 0.02, .relative = true, .min_steps = 1000});
  trigger.observe({250, 1300});
  CHECK_FALSE(trigger.observe({500, 1299}));
  CHECK_FALSE(trigger.observe({750, 600}));
  CHECK_FALSE(trigger.observe({1000, 300}));
  CHECK(trigger.observe({1250, 299}));
}

TEST_CASE("a fixed schedule ignores perplexity", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = 1.0, .switch_at_step = 30});
  trigger.observe({10, 50});
  CHECK_FALSE(trigger.observe({20, 50}));
  CHECK_FALSE(trigger.reaches(29));
  CHECK(trigger.reaches(30));
  CHECK_FALSE(trigger.reaches(31));
  CHECK(trigger.switch_step() == 30);
}

TEST_CASE("a recorded curve tells where another threshold would have switched", "[curriculum]") {
  // measured by an independent program: random masks, small LOGO
  const std::vector<Measurement> curve{{250, 2667}, {750, 1627}, {2000, 1253}, {3250, 440}, {5750, 161}, {8000, 62}};
  CHECK_FALSE(switch_on_curve(curve, {.threshold = 1.0}).has_value());
  CHECK(switch_on_curve(curve, {.threshold = 300}) == 5750);
}

TEST_CASE("drops are the differences of the curve", "[curriculum]") {
  PerplexityTrigger trigger({.threshold = -1e9});
  trigger.observe({1, 50});
  trigger.observe({2, 45});
  trigger.observe({3, 47});
  CHECK(trigger.drops() == std::vector<double>{5, -2});
}
