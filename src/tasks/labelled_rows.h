// Rows of own data as they are written, before labels are classes. Private to this layer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/tasks/own_data.h"

namespace cmgems::tasks {

struct LabelledRow {
  std::string sequence;  // plain bases, upper case
  std::string label;
  std::string place;  // "line 12" or "record 3 ('name')"
};

struct LabelledRows {
  std::filesystem::path path;
  std::vector<LabelledRow> rows;
  std::string skipped;  // a sentence about rows that were left out, else empty
};

/// Throws: as read_own_data does for the rows of one file; DataError when none is left.
LabelledRows read_labelled_rows(const std::filesystem::path& path, const OwnDataOptions& options);

}  // namespace cmgems::tasks
