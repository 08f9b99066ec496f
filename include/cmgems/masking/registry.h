// The maskers by name. A new one is a file in src/masking/maskers and a line of the list in src/masking/registry.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "cmgems/masking/masker.h"

namespace cmgems::masking {

/// What a masker is made from. `table` is null when there is none; it must outlive the masker.
struct MaskerInputs {
  int k;
  const npmi::Table* table;
  const MaskingOptions& options;
};

struct MaskerEntry {
  std::string_view name;     // word of the configuration
  bool needs_table;          // ranks tokens by NPMI
  std::string_view summary;  // one line, for --help and tables
  std::unique_ptr<Masker> (*make)(const MaskerInputs& inputs);
};

/// All maskers, in the order of the documentation.
std::span<const MaskerEntry> maskers();
const std::vector<std::string_view>& masker_names();

/// Throws: UsageError for an unknown name, with the known ones and the nearest.
const MaskerEntry& find_masker(std::string_view name);

/// REQUIRES: a table when the masker needs one. Throws: UsageError for an unknown name.
std::unique_ptr<Masker> make_masker(std::string_view name, const MaskerInputs& inputs);

}  // namespace cmgems::masking
