// Tables of sequence and label (TSV or CSV, with or without quotes, sequences plain or as overlapping k-mers with
// blanks): what the few-shot tasks and users' own data come in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cmgems::tasks {

struct Example {
  std::string sequence;  // plain bases, upper case; k-mer blanks resolved
  int label;             // 0..classes-1
};

struct LabelledTable {
  std::filesystem::path path;
  std::vector<Example> examples;
  int classes() const;  // highest label + 1
};

/// Columns `sequence` and `label`, found by the header in any order; labels are integers from 0.
/// Throws: InputNotFound, DataError with file and line (no header, missing column, label not an integer, k-mers that do
/// not overlap, sequence empty or with foreign letters).
LabelledTable read_labelled_table(const std::filesystem::path& path);

/// Rows of `test` whose sequence also occurs in `pool`.
std::size_t shared_rows(const LabelledTable& pool, const LabelledTable& test);

}  // namespace cmgems::tasks
