// cmgems finetune --resume: which run is meant, and whether its inputs are what they were.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "labelled_data.h"

namespace cmgems::apps {

/// The run to go on with: `named`, else `out`, else the newest unfinished fine-tuning under runs/.
/// Throws: InputNotFound (no run of cmgems finetune there, or no configuration in it).
std::filesystem::path resumed_finetuning(const std::string& named, const std::string& out);

/// SHA-256 of the model's files and of every table, by what they are: "model", "prom-core test".
std::map<std::string, std::string> hashes_of_inputs(const std::filesystem::path& model, const LabelledData& data);

/// Throws: UsageError that names what has changed since the run began.
void require_same_inputs(const std::filesystem::path& run, const std::map<std::string, std::string>& now);

}  // namespace cmgems::apps
