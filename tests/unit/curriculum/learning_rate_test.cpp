#include "cmgems/curriculum/learning_rate.h"

#include "support/catch.h"

using cmgems::curriculum::linear_warmup_decay;

TEST_CASE("linear warm-up and decay", "[curriculum]") {
  // transformers.get_linear_schedule_with_warmup(4, 10): 0 .25 .5 .75 1 5/6 4/6 3/6 2/6 1/6 0
  const double expected[] = {0, 0.25, 0.5, 0.75, 1, 5.0 / 6, 4.0 / 6, 0.5, 2.0 / 6, 1.0 / 6, 0};
  for (int step = 0; step <= 10; ++step) CHECK(linear_warmup_decay(step, 4, 10) == Approx(expected[step]));
}

TEST_CASE("without warm-up the first step has the full rate", "[curriculum]") {
  CHECK(linear_warmup_decay(0, 0, 4) == 1);
  CHECK(linear_warmup_decay(5, 0, 4) == 0);
}
