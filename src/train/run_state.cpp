#include "cmgems/train/run_state.h"

#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"

namespace cmgems::train {

using nlohmann::ordered_json;

std::string to_json(const RunState& state, std::int64_t seed, std::int64_t windows_per_step) {
  const auto& guard = state.guard;
  const ordered_json json = {
      {"step", state.step},
      {"data", {{"seed", seed}, {"windows", state.step * windows_per_step}}},
      {"tokens", state.tokens},
      {"skipped_steps", state.skipped},
      {"curriculum", ordered_json::parse(curriculum::to_json(state.curriculum))},
      {"guard",
       {{"diverged_in_a_row", guard.diverged_in_a_row}, {"diverged", guard.diverged}, {"losses", guard.losses}}}};
  return json.dump(1) + "\n";
}

RunState run_state_from_json(std::string_view text) {
  try {
    const auto json = ordered_json::parse(text);
    RunState state;
    state.step = json.at("step").get<std::int64_t>();
    state.tokens = json.at("tokens").get<std::uint64_t>();
    state.skipped = json.at("skipped_steps").get<std::int64_t>();
    state.curriculum = curriculum::state_from_json(json.at("curriculum").dump());
    const auto& guard = json.at("guard");
    state.guard = {guard.at("diverged_in_a_row").get<std::int64_t>(),
                   guard.at("diverged").get<std::vector<std::int64_t>>(),
                   guard.at("losses").get<std::vector<double>>()};
    return state;
  } catch (const ordered_json::exception& error) {
    throw DataError(std::string("the state of the run cannot be read (") + error.what() +
                    "); continue from another checkpoint");
  }
}

}  // namespace cmgems::train
