// Genome files: FASTA (plain, gzip or BGZF; single- or multi-line; soft-masked; CRLF; from a pipe too) and UCSC .2bit,
// told apart by their first bytes.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cmgems/genome/builder.h"

namespace cmgems::genome {

/// Whether a file is .2bit. A pipe, which can be read only once, is none: its content must be FASTA.
bool is_twobit(const std::filesystem::path& path);

/// Adds the contigs of the files, in order. `threads`: for decompressing BGZF.
/// Throws: InputNotFound (path), UsageError (no path), IoError, DataError: no sequence, text before the first header, a
/// protein, truncated gzip, BGZF or .2bit, or no base that is left; with file and line, or file and sequence.
void append_files(GenomeBuilder& builder, const std::vector<std::filesystem::path>& paths, int threads = 1);

/// One or more files as one genome. Throws as append_files and GenomeBuilder::finish.
Genome read_genome(const std::vector<std::filesystem::path>& paths, Regions regions = {}, int threads = 1);

/// One record with its letters as they are (upper-cased, U as T).
struct FastaRecord {
  std::string name;  // first word of the header
  std::string bases;
  std::string description = {};  // what follows the name in the header
};
/// Throws as append_files.
std::vector<FastaRecord> read_fasta_records(const std::filesystem::path& path);

/// Calls `take` with every record of a FASTA or .2bit file (ambiguous letters of which are N), in order, holding one at
/// a time. Throws as append_files; what `take` throws.
void for_each_record(const std::filesystem::path& path, const std::function<void(FastaRecord)>& take);

/// Whether the file begins as FASTA or .2bit does, compressed or not; a table does not. A pipe, which can be read
/// only once, is not looked at: its content must be FASTA. Throws: InputNotFound, IoError; DataError (damaged gzip).
bool holds_records(const std::filesystem::path& path);

}  // namespace cmgems::genome
