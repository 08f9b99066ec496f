// The NPMI table that ranked the tokens: distribution and extremes, once for runs that share it.
#include <algorithm>
#include <cmath>

#include "bar_chart.h"
#include "cmgems/base/log.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/npmi/table.h"
#include "sections.h"

namespace cmgems::apps::report {
namespace {

constexpr std::size_t kBins = 30, kTop = 10;

/// Runs whose tables are the same file, by its hash.
struct Shared {
  std::string hash;
  std::filesystem::path file;
  std::vector<std::string> runs;
};

std::vector<Shared> shared_tables(const std::vector<Pretraining>& runs) {
  std::vector<Shared> tables;
  for (const auto& run : runs) {
    const auto file = run.record.folder / "npmi.tsv";
    if (!std::filesystem::exists(file)) continue;
    std::string hash = file.string();
    for (const auto& [name, value] : run.record.hashes) hash = name == "npmi" ? value : hash;
    auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& table) { return table.hash == hash; });
    if (found == tables.end()) found = tables.insert(tables.end(), {hash, file, {}});
    found->runs.push_back(run.record.name);
  }
  return tables;
}

/// The k-mers by rank, those with a score only.
std::vector<std::size_t> ranked(const npmi::Table& table) {
  std::vector<std::size_t> kmers(table.scored());
  for (std::size_t i = 0; i < table.rank.size(); ++i) {
    const auto rank = static_cast<std::size_t>(table.rank[i]);
    if (rank < kmers.size()) kmers[rank] = i;
  }
  return kmers;
}

void add_row(Table& rows, const npmi::Table& table, std::size_t kmer, std::size_t rank) {
  rows.rows.push_back({count_cell(static_cast<double>(rank + 1)),
                       {kmer::kmer_text(static_cast<std::uint32_t>(kmer), table.k)},
                       count_cell(static_cast<double>(table.counts[kmer])),
                       number_cell(table.pmi[kmer], 4),
                       number_cell(table.npmi[kmer], 4)});
}

Table extremes(const npmi::Table& table, const std::vector<std::size_t>& kmers, const std::string& of_runs) {
  Table rows{"Best and worst k-mers" + of_runs, {"rank", "k-mer", "count", "PMI", "NPMI"}, {}};
  const std::size_t top = std::min(kTop, kmers.size());
  for (std::size_t i = 0; i < top; ++i) add_row(rows, table, kmers[i], i);
  for (std::size_t i = std::max(top, kmers.size() - top); i < kmers.size(); ++i) add_row(rows, table, kmers[i], i);
  rows.note = "Rank 1 holds together best.";
  return rows;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void add_table(Section& section, const Shared& shared, bool named) {
  const auto table = npmi::read_table(shared.file);
  const auto runs = joined(shared.runs);
  const auto kmers = ranked(table);
  section.blocks.emplace_back(
      Text{(named ? "Of " + runs + ": " : "") + format_count(kmers.size()) + " of " + format_count(table.rank.size()) +
           " " + std::to_string(table.k) + "-mers have a score (counted " +
           format_count(static_cast<unsigned long long>(table.min_count)) + " times at least)."});
  BarChart chart{"NPMI", "k-mers", "", histogram(table.npmi, kBins), "k-mers"};
  if (kmers.empty()) return;
  if (chart.bins.width > 0) {
    const auto best = kmers.front(), worst = kmers.back(), middle = kmers[kmers.size() / 2];
    chart.alternative = "Distribution of " + format_count(kmers.size()) + " k-mers by NPMI, from " +
                        number_cell(table.npmi[worst], 3).text + " to " + number_cell(table.npmi[best], 3).text +
                        ", the median at " + number_cell(table.npmi[middle], 3).text + ".";
    section.blocks.emplace_back(
        figure("k-mers by NPMI", chart.alternative, [&](double width) { return bar_chart(chart, width); }));
  }
  section.blocks.emplace_back(extremes(table, kmers, named ? " of " + runs : ""));
}

}  // namespace

std::optional<Section> npmi_section(const Runs& runs) {
  const auto tables = shared_tables(runs.pretrainings);
  if (tables.empty()) return std::nullopt;
  Section section{"npmi", "NPMI scores", {}};
  for (const auto& table : tables) add_table(section, table, tables.size() > 1);
  return section;
}

}  // namespace cmgems::apps::report
