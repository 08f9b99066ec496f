// What of a fine-tuning is not the published protocol, for people and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "finetune_report.h"

namespace cmgems::apps {

/// `options` of results.json.
nlohmann::ordered_json options_json(const FinetuneResult& result);

/// ", mean pooling, encoder frozen"; empty under the protocol. Epochs, rate and batch are told apart.
std::string options_text(const FinetuneResult& result);

/// The learning rate, or those that were tried.
std::string rate_text(const FinetuneResult& result);

/// ", 3 epochs, learning rate 0.001": what of these and the batch is not published for each of the results. REQUIRES:
/// results of one command.
std::string plan_text(const std::vector<FinetuneResult>& results);

}  // namespace cmgems::apps
