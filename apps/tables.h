// The NPMI table of a command: built in, from a file, or counted from a genome.
#pragma once

#include <optional>
#include <string>

#include "cmgems/config/config.h"
#include "cmgems/genome/genome.h"
#include "cmgems/kmer/counter.h"
#include "cmgems/npmi/table.h"

namespace cmgems::apps {

/// What a command line says about the name of a table.
inline constexpr const char* kTableHelp =
    "a table, the csv that the GeneMask authors published, or builtin:human-6mer; with @paper or @genemask-release "
    "behind "
    "it, its counts under that definition";

/// The most k-mers that a table has, 4^12: no option that lists or compares k-mers takes more.
inline constexpr int kMostKmers = 1 << (2 * kmer::kLongestCounted);

/// Replaces npmi.table "auto", builtin:human-6mer at k=6, else from-genome; npmi.definition becomes what is asked for
/// (config::definition_of).
void resolve_table(config::Config& config);

/// `genome` may be nullptr unless the table is counted from it. Says which definition the table has.
/// Throws: DataError when the table is of another k, InputNotFound, UsageError (from-genome without a genome; a named
/// table of another definition, minimum count or strand than is asked for).
npmi::Table load_table(const npmi::NpmiOptions& options, std::int64_t k, std::int64_t threads,
                       const genome::Genome* genome);

/// Counts a genome; warns when under 90% of the k-mers get a score.
npmi::Table count_table(const npmi::NpmiOptions& options, std::int64_t k, std::int64_t threads,
                        const genome::Genome& genome);

/// The same from counts of a genome with this hash.
npmi::Table table_of_counts(const npmi::NpmiOptions& options, const kmer::NmerCounts& counts, std::string genome_hash);

/// The name that means the same from every folder.
std::string absolute_table_name(const std::string& name);

/// A table by its name alone: builtin:human-6mer or a file (ours, or the csv that the GeneMask authors published); with
/// @paper or @genemask-release behind it, its counts scored anew under that definition.
/// Throws: UsageError, InputNotFound, DataError.
npmi::Table read_named_table(const std::string& name);

}  // namespace cmgems::apps
