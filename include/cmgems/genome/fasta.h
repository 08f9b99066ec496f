// FASTA through htslib: plain, gzip or BGZF; single- or multi-line; soft-masked; CRLF.
#pragma once

#include <filesystem>
#include <vector>

#include "cmgems/genome/genome.h"

namespace cmgems::genome {

/// Reads one or more FASTA files into one genome.
/// Throws: InputNotFound (path), DataError (no sequence, text before the first header, a protein, truncated gzip or
/// BGZF; with file and line), IoError.
Genome read_fasta(const std::vector<std::filesystem::path>& paths);

/// One record with its letters as they are (upper-cased, U as T).
struct FastaRecord {
  std::string name;
  std::string bases;
};
std::vector<FastaRecord> read_fasta_records(const std::filesystem::path& path);

}  // namespace cmgems::genome
