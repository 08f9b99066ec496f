// Labelled data of users: tables (TSV, CSV) or FASTA, plain or compressed, any number of classes, labels as text or
// numbers, problems listed by line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/tasks/few_shot.h"

namespace cmgems::tasks {

/// What is done with rows that cannot be used (wrong number of fields, no or too short a sequence, foreign letters, no
/// label).
enum class BadRows { refuse, skip };

struct OwnDataFiles {
  std::filesystem::path train;
  std::optional<std::filesystem::path> dev;
  std::optional<std::filesystem::path> test;  // none: a share of the training rows of each class
};

struct OwnDataOptions {
  BadRows bad_rows = BadRows::refuse;
  std::size_t min_bases = 1;  // shorter sequences cannot be used
  double test_share = 0.2;    // without a test file
  std::uint64_t seed = 1;     // of that split
};

/// Labelled rows of one to three files. Labels that are the numbers 0 to n - 1 are taken as they are; any others are
/// names, numbered in their order (numbers by value, words by their bytes), and kept in TaskData::labels. A table needs
/// the columns `sequence` and `label`; a FASTA header says `label=NAME` behind the record's name, or has the label as
/// the first word after its last `|`.
/// Throws: InputNotFound; DataError: a header without the columns, rows that cannot be used (the first ones listed), a
/// label that no training row has, a single class, a label for nearly every row, a class of one row that is to be
/// split.
TaskData read_own_data(const OwnDataFiles& files, const OwnDataOptions& options = {});

}  // namespace cmgems::tasks
