#include "cmgems/train/step_guard.h"

#include "cmgems/base/error.h"
#include "cmgems/train/run_state.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::train;

TEST_CASE("three non-finite steps in a row end a run, two and a good one do not", "[train]") {
  GuardState state;
  CHECK_FALSE(note_diverged(state, 1));
  CHECK_FALSE(note_diverged(state, 2));
  note_loss(state, 5.0);
  CHECK_FALSE(note_diverged(state, 4));
  CHECK_FALSE(note_diverged(state, 5));
  CHECK(note_diverged(state, 6));
}

TEST_CASE("ten non-finite steps of the last thousand end a run", "[train]") {
  GuardState state;
  for (std::int64_t step = 100; step < 1000; step += 100) {
    CHECK_FALSE(note_diverged(state, step));  // nine of them
    note_loss(state, 5.0);
  }
  auto later = state;
  CHECK(note_diverged(state, 1099));        // 100 to 1099 are a thousand
  CHECK_FALSE(note_diverged(later, 1100));  // 101 to 1100: the one at 100 has passed
}

TEST_CASE("a spike lies six deviations above the mean of the losses before", "[train]") {
  GuardState state;
  for (int i = 0; i < 49; ++i) CHECK_FALSE(note_loss(state, 4.0 + i % 2).has_value());
  CHECK_FALSE(note_loss(state, 1000.0).has_value());  // 49 before are too few
  state.losses.pop_back();
  note_loss(state, 5.0);  // 25 fours and 25 fives: mean 4.5, deviation sqrt(50 * 0.25 / 49) = 0.505076
  auto other = state;
  CHECK_FALSE(note_loss(other, 4.5 + 6 * 0.505).has_value());
  const auto spike = note_loss(state, 4.5 + 6 * 0.5052);
  REQUIRE(spike.has_value());
  CHECK(spike->mean == Approx(4.5));
  CHECK(spike->deviation == Approx(0.505076).epsilon(1e-5));
}

TEST_CASE("losses that do not vary have a deviation of one percent", "[train]") {
  GuardState state;
  for (int i = 0; i < 100; ++i) note_loss(state, 2.0);
  CHECK_FALSE(note_loss(state, 2.0 + 5.9 * 0.02).has_value());
  CHECK(note_loss(state, 2.2).has_value());
  CHECK(state.losses.size() == 100);
}

TEST_CASE("the state of a run reads back with every bit", "[train]") {
  RunState state;
  state.step = 1234;
  state.tokens = 18446744073709551615ULL;
  state.skipped = 3;
  state.curriculum.history = {{500, 160.53000000000003}, {1000, 1e300}};
  state.curriculum.stalled = 1;
  state.curriculum.switch_step = 1000;
  state.guard = {1, {7, 1200}, {0.1, 1.0 / 3.0, 5e-324}};
  const auto text = to_json(state, 42, 8);
  CHECK_THAT(text, Catch::Contains("\"windows\": 9872"));
  const auto back = run_state_from_json(text);
  CHECK(back.step == state.step);
  CHECK(back.tokens == state.tokens);
  CHECK(back.skipped == state.skipped);
  CHECK(back.curriculum == state.curriculum);
  CHECK(back.guard == state.guard);
  CHECK(to_json(back, 42, 8) == text);
  CHECK_THROWS_AS(run_state_from_json("{}"), DataError);
  CHECK_THROWS_AS(run_state_from_json("{"), DataError);
}
