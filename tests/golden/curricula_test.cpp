// The curricula against slow transcriptions of the paper's schedules (scripts/golden/curricula.py).
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cmgems/base/random.h"
#include "cmgems/curriculum/schedule.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::curriculum;
using nlohmann::json;

namespace {

constexpr std::uint64_t kSeed = 7;

std::vector<json> cases_of(const std::string& name) {
  std::vector<json> list;
  std::ifstream file(test::source_folder() / "tests" / "golden" / "curricula.jsonl");
  for (std::string line; std::getline(file, line);) {
    auto one = json::parse(line);
    if (one["curriculum"] == name) list.push_back(std::move(one));
  }
  return list;
}

CurriculumOptions options_of(const json& entry) {
  return {.rule = entry["rule"] == "signed" ? Rule::signed_drop : Rule::abs_min,
          .threshold = entry["threshold"],
          .relative = entry["relative"],
          .patience = entry["patience"],
          .min_steps = entry["min_steps"]};
}

}  // namespace

TEST_CASE("cm-step chooses the hard masker with the paper's probability, step by step", "[golden]") {
  int steps = 0, hard = 0;
  for (const auto& one : cases_of("cm-step")) {
    const Schedule schedule("cm-step", {.blocks = one["blocks"]}, one["max_steps"], kSeed);
    for (const auto& run : one["hard"]) {
      INFO("of " << one["max_steps"] << " steps, " << one["blocks"] << " blocks: " << run);
      const double probability = run[2].get<double>() / run[3].get<double>();
      for (auto step = run[0].get<std::int64_t>(); step <= run[1].get<std::int64_t>(); ++step, ++steps) {
        RandomStream draw(kSeed, Purpose::curriculum, static_cast<std::uint64_t>(step));
        const std::size_t expected = draw.uniform() < probability ? 1 : 0;
        CHECK(schedule.second_probability({}, step) == probability);
        CHECK(schedule.masker_of({}, step, 0) == expected);
        hard += static_cast<int>(expected);
      }
    }
  }
  CHECK(steps == 2223);
  CHECK(hard > 900);
}

TEST_CASE("cm-gems goes over to the hard masker where the paper's trigger does", "[golden]") {
  std::map<bool, int> cases;
  for (const auto& one : cases_of("cm-gems")) {
    INFO(one.dump());
    const Schedule schedule("cm-gems", options_of(one["options"]), one["max_steps"], kSeed);
    std::map<std::int64_t, double> curve;
    for (const auto& point : one["curve"]) curve[point[0]] = point[1];
    State state;
    std::int64_t wrong = 0;
    for (std::int64_t step = 0; step < schedule.max_steps(); ++step) {
      if (curve.contains(step)) state = schedule.observe(std::move(state), {step, curve.at(step)});
      const bool hard = !one["hard_from"].is_null() && step >= one["hard_from"].get<std::int64_t>();
      wrong += (schedule.masker_of(state, step, 0) == 1) == hard ? 0 : 1;
    }
    CHECK(wrong == 0);
    ++cases[one["hard_from"].is_null()];
  }
  CHECK(cases[false] > 40);
  CHECK(cases[true] > 10);
}
