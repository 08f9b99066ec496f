// Where an evaluation keeps each run of a method, and what must be the same when it goes on.
#pragma once

#include <optional>
#include <string>

#include "gue_run.h"

namespace cmgems::apps {

inline constexpr const char* kRandomEncoder = "random-encoder";

/// A method that trains an encoder: one run a seed.
bool is_trained(const std::string& kind);

/// RUN/sets/GROUP-NAME-KIND, with -seedN behind it for trainings.
std::filesystem::path folder_of_method(const std::filesystem::path& run, const tasks::GueSet& set,
                                       const std::string& kind, std::optional<std::int64_t> seed);

/// Files, versions and, for trainings, model, rates and device.
formats::Fingerprint fingerprint_of_method(const GueInputs& inputs, const PlannedSet& set, const std::string& kind);

/// SHA-256 over config.json and the weights of a model folder. Throws: InputNotFound, IoError.
std::string hash_of_model(const std::filesystem::path& folder);

/// Tells before anything is written what run_gue would refuse of what RUN/sets holds.
/// Throws: UsageError (made with other settings), DataError (damaged).
void check_gue_run(const GueInputs& inputs);

}  // namespace cmgems::apps
