#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/curriculum/trigger.h"

namespace cmgems::curriculum {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFirst = "first";
constexpr const char* kSecond = "second";
constexpr const char* kInfinite = "inf";  // JSON has no number for a diverged perplexity
constexpr const char* kNotANumber = "nan";

ordered_json number(double value) {
  if (std::isnan(value)) return kNotANumber;
  return std::isinf(value) ? ordered_json(kInfinite) : ordered_json(value);
}

double number(const ordered_json& value) {
  if (value == kNotANumber) return std::nan("");
  return value == kInfinite ? std::numeric_limits<double>::infinity() : value.get<double>();
}

}  // namespace

std::string to_json(const State& state) {
  ordered_json json = {{"stage", state.switched() ? kSecond : kFirst},
                       {"switch_step", state.switch_step ? ordered_json(*state.switch_step) : ordered_json(nullptr)},
                       {"stalled", state.stalled},
                       {"history", ordered_json::array()}};
  for (const auto& [step, perplexity] : state.history) json["history"].push_back({step, number(perplexity)});
  return json.dump();
}

State state_from_json(std::string_view text) {
  try {
    const auto json = ordered_json::parse(text);
    State state;
    for (const auto& pair : json.at("history")) {
      state.history.push_back({pair.at(0).get<std::int64_t>(), number(pair.at(1))});
    }
    state.stalled = json.at("stalled").get<std::int64_t>();
    if (!json.at("switch_step").is_null()) state.switch_step = json["switch_step"].get<std::int64_t>();
    if (json.at("stage") != (state.switched() ? kSecond : kFirst)) {
      throw DataError("the state of the curriculum contradicts itself: stage " + json["stage"].dump() +
                      " with switch_step " + json["switch_step"].dump() + "; restore it from an intact checkpoint");
    }
    return state;
  } catch (const ordered_json::exception& error) {
    throw DataError(std::string("the state of the curriculum cannot be read: expected stage, switch_step, stalled and "
                                "history, as a run writes them (") +
                    error.what() + "); restore it from an intact checkpoint");
  }
}

}  // namespace cmgems::curriculum
