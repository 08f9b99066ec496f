// What must be the same when a run continues (docs/checkpoint.md): every key of the configuration that acts on
// training, by its path, and the hashes and versions behind it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/formats/manifest.h"
#include "cmgems/npmi/table.h"
#include "run_record.h"

namespace cmgems::apps {

/// Keys of data, model, masking, curriculum, train and compute. Not among them: where files lie (their hashes count),
/// how often is saved, and the number of steps of a run that is extended.
formats::Fingerprint settings_of(const config::Config& config);

/// The settings, the hashes of genome, vocabulary and table, the versions of cmgems and LibTorch, and the number of
/// processes.
formats::Fingerprint fingerprint_of(const config::Config& config, const std::map<std::string, std::string>& hashes,
                                    int world);

/// SHA-256 over ranks and scores.
std::string hash_of_table(const npmi::Table& table);

/// Compares a checkpoint's fingerprint with that of the present command. `allowed` fields may differ, which is noted in
/// `accepted`; what an earlier command noted there, the present value included, may differ too.
/// Throws: UsageError that lists every other difference, or a field of `allowed` that there is not.
void require_same(const formats::Fingerprint& before, const formats::Fingerprint& now,
                  const std::vector<std::string>& allowed, Accepted& accepted);

}  // namespace cmgems::apps
