// Sequences of any kind of file, one at a time: what a trained model is asked about.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace cmgems::tasks {

struct SequenceRecord {
  std::string id;                    // name of the FASTA record, column `id`, else its number from 1
  std::string sequence;              // plain bases, upper case
  std::optional<std::string> label;  // as it is written; none when there is no column or its cell is blank
  std::string place;                 // file, number or line, and id, for messages
};

/// Calls `take` with every sequence of a FASTA or .2bit file, or of a table (TSV or CSV with a column `sequence`,
/// optionally `id` and `label`), in order, holding one at a time. FASTA and tables may be gzip or BGZF.
/// Throws: as genome::for_each_record and read_labelled_table do; what `take` throws.
void for_each_sequence(const std::filesystem::path& path, const std::function<void(const SequenceRecord&)>& take);

}  // namespace cmgems::tasks
