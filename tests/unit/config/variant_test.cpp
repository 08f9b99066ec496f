#include <sstream>

#include "cmgems/base/error.h"
#include "cmgems/config/config.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using cmgems::config::Config;
using Lines = std::vector<std::string>;

namespace {

Config from(const std::string& json) {
  Config config;
  config::apply_json(config, json, "c.json");
  return config;
}

/// Lines of the complete document that differ from the default one, without blanks and commas.
Lines differences(const Config& config) {
  std::istringstream before(config::to_json(Config{})), after(config::to_json(config));
  Lines lines;
  for (std::string old, now; std::getline(before, old) && std::getline(after, now);) {
    if (old == now) continue;
    now.erase(0, now.find_first_not_of(' '));
    lines.push_back(now.back() == ',' ? now.substr(0, now.size() - 1) : now);
  }
  return lines;
}

}  // namespace

TEST_CASE("variant release sets exactly the released behaviours", "[config]") {
  CHECK(differences(from(R"({"variant": "release"})")) ==
        Lines{"\"variant\": \"release\"", "\"random_ids\": \"vocabulary\"", "\"rank_by\": \"position\"",
              "\"half\": \"first\"", "\"all_pmi_below\": 5", "\"rank_by\": \"position\"", "\"count\": \"binomial\"",
              "\"rule\": \"abs-min\""});
  CHECK(differences(from(R"({"variant": "paper"})")).empty());
}

TEST_CASE("the NPMI definition that is asked for: the key, else that of the variant release", "[config]") {
  const auto asked = [](const std::string& json) { return config::definition_of(from(json)); };
  CHECK(asked("{}") == std::nullopt);
  CHECK(asked(R"({"npmi": {"definition": "auto"}})") == std::nullopt);
  CHECK(asked(R"({"variant": "release"})") == npmi::Definition::genemask_release);
  CHECK(asked(R"({"variant": "release", "npmi": {"definition": "auto"}})") == npmi::Definition::genemask_release);
  CHECK(asked(R"({"variant": "release", "npmi": {"definition": "paper"}})") == npmi::Definition::paper);
  CHECK(asked(R"({"npmi": {"definition": "paper"}})") == npmi::Definition::paper);
  CHECK(asked(R"({"npmi": {"definition": "genemask-release"}})") == npmi::Definition::genemask_release);
  Config config = from(R"({"npmi": {"definition": "paper"}})");
  config::apply_assignments(config, {"variant=release"});  // given later: the definition follows the variant again
  CHECK(config::definition_of(config) == npmi::Definition::genemask_release);
}

TEST_CASE("keys beside the variant win, wherever they stand", "[config]") {
  const auto config = from(R"({"masking": {"global": {"rank_by": "token"}}, "variant": "release"})");
  CHECK(config.masking.global.rank_by == masking::RankBy::token);
  CHECK(config.masking.genemask.rank_by == masking::RankBy::position);
}

TEST_CASE("a variant given later sets its keys again", "[config]") {
  Config config = from(R"({"variant": "release", "train": {"learning_rate": 0.5}})");
  config::apply_assignments(config, {"variant=paper"});
  CHECK(differences(config) == Lines{"\"learning_rate\": 0.5"});
  config::apply_assignments(config, {"masking.global.count=binomial", "variant=release"});
  CHECK(config.masking.global.count == masking::SpanCount::binomial);
  CHECK(config.masking.global.rank_by == masking::RankBy::position);
}

TEST_CASE("an unknown variant is an error, and its place is the top", "[config]") {
  Config config;
  const auto problem = [&](const std::string& assignment) {
    return test::message_of<UsageError>([&] { config::apply_assignments(config, {assignment}); });
  };
  CHECK(problem("variant=released") ==
        "--set: variant: expected one of paper, release, found \"released\"; did you mean release?");
  CHECK(problem("masking.variant=release") == "--set: unknown key masking.variant; did you mean variant?");
}

TEST_CASE("cm-step draws for ten windows at a time as released, for a whole step as written", "[config]") {
  CHECK_FALSE(config::schedule_of(from(R"({"masking": {"strategy": "cm-step"}})")).options().windows_per_draw);
  const auto released = config::schedule_of(from(R"({"variant": "release", "masking": {"strategy": "cm-step"}})"));
  CHECK(released.options().windows_per_draw == 10);
  bool groups_differ = false;
  for (std::int64_t step = 4'000; step < 4'050; ++step) {  // of 10,000: Global with probability 0.4
    const auto first = released.masker_of({}, step, 0);
    for (std::int64_t window = 1; window < 10; ++window) REQUIRE(released.masker_of({}, step, window) == first);
    groups_differ = groups_differ || released.masker_of({}, step, 10) != first;
  }
  CHECK(groups_differ);
  CHECK(released.maskers() == Lines{"random", "global"});
  const auto own = config::schedule_of(from(R"({"variant": "release", "curriculum": {"windows_per_draw": 5}})"));
  CHECK(own.options().windows_per_draw == 5);
}
