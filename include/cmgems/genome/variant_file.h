// Variants of a genome from files: VCF or BCF, or a table (plain, gzip or BGZF).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace cmgems::genome {

struct Variant {
  std::string contig;
  std::uint64_t position;                 // of the first base of `reference`, from 0
  std::string id;                         // "." when there is none
  std::string reference;                  // as it is written
  std::vector<std::string> alternatives;  // as they are written; may be symbolic: <DEL>, *, breakends
  std::string place;                      // file and line, for messages
};

/// Whether an allele is written in nucleotide codes, ambiguous ones too, in either case.
bool is_sequence(const std::string& allele);
/// Whether all of its letters are bases: A, C, G, T or U, in either case.
bool is_unambiguous(const std::string& allele);

/// Calls `take` with every variant, in order, and reads the file once, so that it may be a pipe. A table has the
/// columns chrom (or contig), pos (from 1), ref and alt, and id if you like, in any order; tabs or commas; several
/// alternatives with commas between them, in a table of tabs. Returns how many records lie at position 0 of a VCF file,
/// a telomere, which has no base: they are not told. Throws: InputNotFound, IoError, DataError with file and line; what
/// `take` throws.
std::uint64_t for_each_variant(const std::filesystem::path& path, const std::function<void(const Variant&)>& take);

}  // namespace cmgems::genome
