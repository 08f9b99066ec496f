#include "tables.h"

#include <filesystem>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/kmer/counter.h"
#include "command.h"

namespace cmgems::apps {
namespace {

constexpr const char* kBuiltin = "builtin:human-6mer";
constexpr const char* kBuiltinRelease = "builtin:human-6mer@genemask-release";
constexpr const char* kFromGenome = "from-genome";
constexpr double kEnoughScored = 0.9;

std::string word_of(npmi::Definition definition) {
  return std::string(cmgems::word_of(static_cast<int>(definition), npmi::definition_words()));
}

/// What stands behind the @ of a name that is no file's.
std::optional<npmi::Definition> definition_in(const std::string& name) {
  std::error_code ignored;
  const auto at = name.rfind('@');
  if (at == std::string::npos || std::filesystem::exists(name, ignored)) return std::nullopt;
  for (const auto& [word, value] : npmi::definition_words()) {
    if (name.substr(at + 1) == word) return static_cast<npmi::Definition>(value);
  }
  return std::nullopt;
}

/// The name without a definition behind it.
std::string name_of_counts(const std::string& name) {
  return definition_in(name) ? name.substr(0, name.rfind('@')) : name;
}

npmi::Table under_definition(npmi::Table table, npmi::Definition definition) {
  return table.definition == definition ? std::move(table) : npmi::rescored(table, definition);
}

}  // namespace

void resolve_table(config::Config& config) {
  auto& options = config.npmi;
  options.definition = config::definition_of(config);
  if (options.table != "auto") return;
  const bool counted = config.data.k != 6 || options.both_strands || options.min_count != npmi::NpmiOptions{}.min_count;
  const bool release = options.definition == npmi::Definition::genemask_release;
  options.table = counted ? kFromGenome : release ? kBuiltinRelease : kBuiltin;
}

npmi::Table read_named_table(const std::string& name) {
  if (const auto definition = definition_in(name)) {
    return under_definition(read_named_table(name_of_counts(name)), *definition);
  }
  if (name == kBuiltin) return npmi::builtin_human_6mer();
  if (name.starts_with("builtin:")) {
    throw UsageError("no built-in NPMI table " + name + ": there are " + kBuiltin + " and " + kBuiltinRelease);
  }
  return npmi::read_table(name);
}

std::string absolute_table_name(const std::string& name) {
  const std::string counts = name_of_counts(name);
  return absolute_path(counts) + name.substr(counts.size());
}

npmi::Table count_table(const npmi::NpmiOptions& options, std::int64_t k, std::int64_t threads,
                        const genome::Genome& genome) {
  const auto counts = kmer::count_nmers(genome, static_cast<int>(k), static_cast<int>(threads), options.both_strands);
  return table_of_counts(options, counts, genome.hash());
}

npmi::Table table_of_counts(const npmi::NpmiOptions& options, const kmer::NmerCounts& counts, std::string genome_hash) {
  npmi::Table table =
      npmi::build_table(counts, options.definition.value_or(npmi::Definition::paper), options.min_count);
  table.both_strands = options.both_strands;
  table.genome_hash = std::move(genome_hash);
  const double share = static_cast<double>(table.scored()) / static_cast<double>(table.npmi.size());
  if (share < kEnoughScored) {
    log_warning("only " + format_count(table.scored()) + " of " + format_count(table.npmi.size()) +
                " k-mers have an NPMI score: the others were seen fewer than " + std::to_string(table.min_count) +
                " times and rank last; a longer genome, a smaller k or a lower minimum count helps");
  }
  return table;
}

namespace {

void tell(const npmi::NpmiOptions& options, const npmi::Table& table) {
  log_info("NPMI table: " + options.table + ", definition " + word_of(table.definition));
}

/// A built-in table or a file was made with its own parameters: options that ask for others would be ignored.
void refuse_other_options(const npmi::NpmiOptions& options, const npmi::Table& table) {
  if (options.definition.value_or(table.definition) != table.definition) {
    const std::string asked = word_of(*options.definition), has = word_of(table.definition);
    throw UsageError("the NPMI table " + options.table + " was made under the definition " + has +
                     ", and npmi.definition or variant asks for " + asked +
                     ": npmi.table=" + name_of_counts(options.table) + "@" + asked +
                     " scores its counts anew, npmi.definition=" + has + " takes it as it is");
  }
  const npmi::NpmiOptions defaults;
  const bool other = (options.min_count != defaults.min_count && options.min_count != table.min_count) ||
                     (options.both_strands && !table.both_strands);
  if (!other) return;
  throw UsageError("npmi.min_count and npmi.both_strands are for tables that are counted, and " + options.table +
                   " was made with others: leave them out, or set npmi.table=from-genome");
}

}  // namespace

npmi::Table load_table(const npmi::NpmiOptions& options, std::int64_t k, std::int64_t threads,
                       const genome::Genome* genome) {
  if (options.table == kFromGenome) {
    if (genome == nullptr) throw UsageError("the NPMI table from-genome needs a genome to count");
    npmi::Table table = count_table(options, k, threads, *genome);
    tell(options, table);
    return table;
  }
  npmi::Table table = read_named_table(options.table);
  if (table.k == k) {
    refuse_other_options(options, table);
    tell(options, table);
    return table;
  }
  if (table.k > kmer::kMaxK) {
    throw DataError("the NPMI table " + options.table + " holds " + std::to_string(table.k) + "-mers: tables of k > " +
                    std::to_string(kmer::kMaxK) + " are for npmi show and npmi compare, tokens have " +
                    std::to_string(kmer::kMinK) + " to " + std::to_string(kmer::kMaxK) + " bases; use a table for k=" +
                    std::to_string(k) + " (cmgems npmi build -k " + std::to_string(k) + ")");
  }
  throw DataError("the NPMI table " + options.table + " holds " + std::to_string(table.k) + "-mers, but k is " +
                  std::to_string(k) + ": use a table for k=" + std::to_string(k) + " (cmgems npmi build -k " +
                  std::to_string(k) + "), or the table from-genome");
}

}  // namespace cmgems::apps
