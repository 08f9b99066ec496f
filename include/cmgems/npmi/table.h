// The NPMI table: what every masker but `random` ranks tokens by. File format: docs/npmi-table.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/base/options.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/npmi/score.h"

namespace cmgems::npmi {

struct NpmiOptions {
  /// auto (built in at k=6 with the default count limit and strand, else from-genome), from-genome, builtin:human-6mer,
  /// or the path of a table; "@paper" or "@genemask-release" behind a name scores its counts anew.
  std::string table = "auto";
  std::optional<Definition> definition{};  // what is asked for; none ("auto"): paper where a table is computed
  std::int64_t min_count = 101;            // c of equation 2
  bool both_strands = false;               // count reverse complements too
};
void describe(OptionVisitor& visitor, NpmiOptions& options);

struct Table {
  int k = 0;
  Definition definition = Definition::paper;
  std::int64_t min_count = 0;
  bool both_strands = false;
  std::string genome_hash;            // SHA-256 of what was counted, or "builtin:human-6mer"
  std::vector<std::uint64_t> counts;  // [4^k]
  std::vector<double> pmi;            // [4^k], NaN without a score
  std::vector<double> npmi;           // [4^k], NaN without a score
  std::vector<std::int32_t> rank;     // [4^k], 0 = best NPMI; without a score: after all others; ties by index

  std::size_t scored() const;
  /// Rank of a token, the number of k-mers (worst) for special ids.
  std::int32_t rank_of(kmer::TokenId token) const {
    return token < kmer::kFirstKmer ? static_cast<std::int32_t>(rank.size())
                                    : rank[static_cast<std::size_t>(token - kmer::kFirstKmer)];
  }
  bool has_score(kmer::TokenId token) const;
};

Table build_table(const kmer::NmerCounts& counts, Definition definition, std::int64_t min_count);
/// A table of ours, or the csv that the authors of GeneMask published (known by its header).
/// Throws: InputNotFound, DataError (file, line, what was expected).
Table read_table(const std::filesystem::path& path);
/// Throws: IoError.
void write_table(const Table& table, const std::filesystem::path& path);
/// The same counts under a definition; those of shorter n-mers are taken as prefix sums of the k-mer counts, which
/// differ from exact ones at the ends of the counted sequences.
Table rescored(const Table& table, Definition definition);
/// From the 4096 human 6-mer counts carried in the program.
Table builtin_human_6mer(Definition definition = Definition::paper);

}  // namespace cmgems::npmi
