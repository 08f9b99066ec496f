// Values that JSON has no number for.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace cmgems::apps {

template <class Value>
nlohmann::ordered_json or_null(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// NaN and infinities are null.
inline nlohmann::ordered_json or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace cmgems::apps
