#include "cmgems/curriculum/schedule.h"

#include <algorithm>
#include <set>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::curriculum;
using Names = std::vector<std::string>;

namespace {

State switched_at(std::int64_t step) {
  State state;
  state.switch_step = step;
  return state;
}

/// Share of the windows of a block of steps that the second masker masks.
double second_share(const Schedule& schedule, std::int64_t begin, std::int64_t end, std::int64_t windows) {
  double second = 0;
  for (std::int64_t step = begin; step < end; ++step) {
    for (std::int64_t window = 0; window < windows; ++window) {
      second += static_cast<double>(schedule.masker_of({}, step, window));
    }
  }
  return second / static_cast<double>((end - begin) * windows);
}

}  // namespace

TEST_CASE("the strategies are the maskers and the curricula", "[curriculum]") {
  const auto& names = strategy_names();
  for (const char* known : {"random", "genemask", "global", "pmi-voc", "cm-gems", "cm-step", "hard-to-easy"}) {
    CHECK(std::count(names.begin(), names.end(), known) == 1);
  }
  CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
  for (const auto name : names) CHECK_FALSE(Schedule(name, {}, 100, 1).maskers().empty());
}

TEST_CASE("a masker alone is a schedule that never switches", "[curriculum]") {
  const Schedule schedule("global", {.threshold = 1e9, .switch_at_step = 5}, 100, 1);
  CHECK(schedule.maskers() == Names{"global"});
  CHECK_FALSE(schedule.has_trigger());
  State state = schedule.observe(schedule.observe({}, {10, 50}), {20, 50});
  state = schedule.reach(state, 30);
  CHECK_FALSE(state.switched());
  CHECK(state.history.size() == 2);
  CHECK(schedule.masker_of(state, 50, 0) == 0);
}

TEST_CASE("cm-gems goes from easy to hard, hard-to-easy the other way, by the same trigger", "[curriculum]") {
  const Schedule forward("cm-gems", {}, 100, 1), backward("hard-to-easy", {}, 100, 1);
  CHECK(forward.maskers() == Names{"genemask", "global"});
  CHECK(backward.maskers() == Names{"global", "genemask"});
  for (const auto* schedule : {&forward, &backward}) {
    State state = schedule->observe(schedule->observe({}, {10, 50}), {20, 49.5});
    CHECK(state.switch_step == 20);
    CHECK(schedule->masker_of({}, 20, 7) == 0);
    CHECK(schedule->masker_of(state, 20, 7) == 1);
  }
}

TEST_CASE("nothing switches at the last step", "[curriculum]") {
  const Schedule schedule("cm-gems", {}, 20, 1);
  CHECK_FALSE(schedule.observe(schedule.observe({}, {10, 50}), {20, 50}).switched());
}

TEST_CASE("the easy masker of cm-step is the paper's unless one is given", "[curriculum]") {
  CHECK(Schedule("cm-step", {}, 100, 1).maskers() == Names{"random", "global"});
  CHECK(Schedule("cm-step", {.easy = "genemask"}, 100, 1).maskers() == Names{"genemask", "global"});
  CHECK(Schedule("cm-gems", {.easy = "random", .hard = "pmi-voc"}, 100, 1).maskers() == Names{"random", "pmi-voc"});
}

TEST_CASE("cm-step's probability grows block by block from 0", "[curriculum]") {
  const Schedule paper("cm-step", {}, 10'000, 1);
  CHECK(paper.second_probability({}, 0) == 0);
  CHECK(paper.second_probability({}, 99) == 0);
  CHECK(paper.second_probability({}, 100) == 0.01);
  CHECK(paper.second_probability({}, 9'999) == 0.99);
  const Schedule slides("cm-step", {.blocks = 10}, 1'000, 1);
  CHECK(slides.second_probability({}, 99) == 0);
  CHECK(slides.second_probability({}, 500) == 0.5);
  const Schedule uneven("cm-step", {.blocks = 4}, 10, 1);  // blocks of 2.5 steps
  CHECK(uneven.second_probability({}, 2) == 0);
  CHECK(uneven.second_probability({}, 3) == 0.25);
  CHECK(uneven.second_probability({}, 5) == 0.5);
}

TEST_CASE("cm-step's probability lies in 0..1 at any step and with more blocks than steps", "[curriculum]") {
  const Schedule paper("cm-step", {}, 10'000, 1), crowded("cm-step", {.blocks = 100}, 8, 1);
  for (const auto* schedule : {&paper, &crowded}) {
    CHECK(schedule->second_probability({}, -1) == 0);
    CHECK(schedule->second_probability({}, schedule->max_steps()) == 1);
    CHECK(schedule->second_probability({}, 1'000'000'000'000'000) == 1);
    CHECK(schedule->masker_of({}, 1'000'000'000'000'000, 0) == 1);
  }
  CHECK(crowded.second_probability({}, 1) == 0.12);  // floor(1 / 0.08) = 12 of 100
  CHECK(crowded.second_probability({}, 7) == 0.87);  // floor(87.5)
  const Schedule longest("cm-step", {.blocks = 1'000'000}, 1'000'000'000'000, 1);
  CHECK(longest.second_probability({}, 999'999'999'999) == 0.999999);
}

TEST_CASE("cm-step draws once a step, by seed and step alone", "[curriculum]") {
  const Schedule schedule("cm-step", {.blocks = 10}, 10'000, 7), again("cm-step", {.blocks = 10}, 10'000, 7),
      other("cm-step", {.blocks = 10}, 10'000, 8);
  int differs = 0;
  for (std::int64_t step = 0; step < 10'000; ++step) {
    REQUIRE(schedule.masker_of({}, step, 0) == schedule.masker_of({}, step, 249));
    REQUIRE(schedule.masker_of({}, step, 0) == again.masker_of({}, step, 0));
    differs += schedule.masker_of({}, step, 0) != other.masker_of({}, step, 0) ? 1 : 0;
  }
  CHECK(differs > 2'000);
  for (const int block : {0, 3, 9}) {  // 1000 draws each: standard deviation at most 0.016
    CHECK(second_share(schedule, block * 1'000, (block + 1) * 1'000, 1) == Approx(block / 10.0).margin(0.06));
  }
}

TEST_CASE("with windows_per_draw groups of windows of a step are drawn apart", "[curriculum]") {
  const Schedule schedule("cm-step", {.blocks = 2, .windows_per_draw = 10}, 200, 7);
  int mixed = 0;
  for (std::int64_t step = 100; step < 200; ++step) {
    std::size_t sum = 0;
    for (std::int64_t group = 0; group < 5; ++group) {
      const auto first = schedule.masker_of({}, step, 10 * group);
      sum += first;
      for (std::int64_t i = 1; i < 10; ++i) REQUIRE(schedule.masker_of({}, step, 10 * group + i) == first);
    }
    mixed += sum > 0 && sum < 5 ? 1 : 0;
  }
  CHECK(mixed > 80);  // 1 - 2 / 32 of the steps have both maskers
  CHECK(second_share(schedule, 100, 200, 50) == Approx(0.5).margin(0.1));
}

TEST_CASE("validation masks are the first masker's, with abs-min those of the stage", "[curriculum]") {
  const Schedule paper("cm-gems", {}, 100, 1), released("cm-gems", {.rule = Rule::abs_min}, 100, 1);
  CHECK_FALSE(paper.redraws_validation());
  CHECK(paper.validation_masker(switched_at(10)) == 0);
  CHECK(released.redraws_validation());
  CHECK(released.validation_masker({}) == 0);
  CHECK(released.validation_masker(switched_at(10)) == 1);
  for (const char* without_trigger : {"cm-step", "random", "genemask"}) {
    const Schedule schedule(without_trigger, {.rule = Rule::abs_min}, 100, 1);
    CHECK_FALSE(schedule.redraws_validation());
    CHECK(schedule.validation_masker({}) == 0);
  }
}

TEST_CASE("an unknown masker in a schedule is an error", "[curriculum]") {
  CHECK_THAT(test::message_of<UsageError>([] { Schedule("cm-gems", {.easy = "cm-step"}, 10, 1); }),
             Catch::Contains("no masker 'cm-step'"));
}
