// What a sweep or a reproduction was asked to do, by content: the same words may mean another configuration tomorrow.
#pragma once

#include <nlohmann/json.hpp>

#include "cmgems/config/config.h"

namespace cmgems::apps {

/// Every key that the stages share, for keep_request. `data`: the data folder, empty = the configuration's or the
/// default; with `tables`, whose place is stored as an absolute path.
nlohmann::ordered_json settings_json(config::Config config, const std::string& data, bool tables);

}  // namespace cmgems::apps
