// Readers of single files; cmgems/genome/reader.h tells the formats apart.
#pragma once

#include <filesystem>
#include <string_view>

#include "cmgems/genome/builder.h"

namespace cmgems::genome {

/// Throws: DataError, IoError, InputNotFound.
void append_fasta(GenomeBuilder& builder, const std::filesystem::path& path, int threads);

/// Whether the text begins with the signature of .2bit, in either byte order.
bool has_twobit_signature(std::string_view text);

/// Source: https://genome.ucsc.edu/FAQ/FAQformat.html#format7; versions 0 and 1 (64-bit offsets), both byte orders.
/// Blocks of lower case are checked and ignored. Throws: DataError, IoError.
void append_twobit(GenomeBuilder& builder, const std::filesystem::path& path);

}  // namespace cmgems::genome
