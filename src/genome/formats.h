// Readers of single files; cmgems/genome/reader.h tells the formats apart.
#pragma once

#include <filesystem>
#include <string_view>

#include "cmgems/genome/builder.h"
#include "cmgems/genome/reader.h"

namespace cmgems::genome {

/// Throws: DataError, IoError, InputNotFound.
void append_fasta(GenomeBuilder& builder, const std::filesystem::path& path, int threads);

/// Whether the text begins with the signature of .2bit, in either byte order.
bool has_twobit_signature(std::string_view text);

/// Source: https://genome.ucsc.edu/FAQ/FAQformat.html#format7; versions 0 and 1 (64-bit offsets), both byte orders.
/// Blocks of lower case are checked and ignored. Throws: DataError, IoError.
void append_twobit(GenomeBuilder& builder, const std::filesystem::path& path);

/// One record at a time. Throw as the functions above.
void for_each_fasta_record(const std::filesystem::path& path, const std::function<void(FastaRecord)>& take);
void for_each_twobit_record(const std::filesystem::path& path, const std::function<void(FastaRecord)>& take);

}  // namespace cmgems::genome
