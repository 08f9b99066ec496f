#include "cmgems/genome/reader.h"

#include <fstream>
#include <string_view>

#include "cmgems/base/error.h"
#include "formats.h"
#include "text_file.h"

namespace cmgems::genome {
namespace {

constexpr const char* kExpected = "a FASTA or .2bit file";
constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::uint64_t kBasesPerPackedByte = 4;
constexpr std::uint64_t kBasesPerGzipByte = 5;  // room for a genome, whose gzip has about four

/// More bases than the file has, as a rule; 0 for a pipe, of which nobody knows.
std::uint64_t bases_at_most(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) return 0;
  const std::uint64_t bytes = std::filesystem::file_size(path);
  if (is_twobit(path)) return kBasesPerPackedByte * bytes;
  char first = 0;
  std::ifstream(path, std::ios::binary).get(first);
  return first == '\x1f' ? kBasesPerGzipByte * bytes : bytes;
}

}  // namespace

void append_files(GenomeBuilder& builder, const std::vector<std::filesystem::path>& paths, int threads) {
  if (paths.empty()) throw UsageError("no genome file was given; name one or more FASTA or .2bit files");
  std::uint64_t bases = 0;
  for (const auto& path : paths) {
    require_file(path, kExpected);
    bases += bases_at_most(path);
  }
  builder.reserve(bases);
  const std::uint64_t before = builder.size();
  for (const auto& path : paths) {
    is_twobit(path) ? append_twobit(builder, path) : append_fasta(builder, path, threads);
  }
  if (builder.size() > before) return;
  builder.check_regions();  // which may say why
  const std::string what = builder.restricted()
                               ? "no A, C, G or T is left between the regions to include and to exclude"
                               : "the sequences hold no A, C, G or T; expected DNA or RNA";
  throw DataError(paths.front().string() + ": " + what);
}

Genome read_genome(const std::vector<std::filesystem::path>& paths, Regions regions, int threads) {
  GenomeBuilder builder;
  builder.restrict_to(std::move(regions));
  append_files(builder, paths, threads);
  return builder.finish();
}

void for_each_record(const std::filesystem::path& path, const std::function<void(FastaRecord)>& take) {
  require_file(path, kExpected);
  is_twobit(path) ? for_each_twobit_record(path, take) : for_each_fasta_record(path, take);
}

bool holds_records(const std::filesystem::path& path) {
  require_file(path, "a FASTA or .2bit file or a table");
  if (!std::filesystem::is_regular_file(path)) return true;
  if (is_twobit(path)) return true;
  TextLines lines(TextFile(path, "a FASTA file or a table"));
  std::string line;
  while (lines.next(line)) {
    const auto first = line.find_first_not_of(kBlanks);
    if (first != std::string::npos) return line[first] == '>';
  }
  return false;
}

}  // namespace cmgems::genome
