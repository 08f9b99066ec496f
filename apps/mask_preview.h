// What several maskers do to one sequence, for people and as JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cmgems/masking/masker.h"
#include "cmgems/npmi/table.h"

namespace cmgems::apps {

struct PreviewOptions {
  int k;
  std::int64_t max_tokens;  // k-mers shown: one window
  std::int64_t seed;
  bool json;
};

/// Prints the masks of a sequence, or of the first record of a FASTA or .2bit file. `table` may be null: no NPMI then.
/// Throws: InputNotFound when `input` is neither, DataError when it is too short.
void preview_masks(const std::string& input, const PreviewOptions& options, const npmi::Table* table,
                   const std::vector<std::string>& names, const std::vector<std::unique_ptr<masking::Masker>>& maskers);

}  // namespace cmgems::apps
