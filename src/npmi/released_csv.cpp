#include "released_csv.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cmgems/npmi/rank.h"

namespace cmgems::npmi {
namespace {

constexpr std::string_view kFirstColumn = "ngram";
constexpr std::string_view kPmiColumn = "dp.true.pmi";
constexpr std::string_view kNpmiColumn = "norm_dp_true_pmi";
constexpr std::int64_t kMinCount = 101;  // c of the published discounts
constexpr double kCountTolerance = 0.01;

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const auto end = line.find(',');
    cells.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

struct Columns {
  std::size_t pmi, npmi, count;
};

Columns read_columns(Lines& lines) {
  const auto names = split(lines.next("the names of the columns"));
  const auto place = [&](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) lines.fail("the published csv has a column " + std::string(name) + ", this file none");
    return static_cast<std::size_t>(found - names.begin());
  };
  return {place(kPmiColumn), place(kNpmiColumn), names.size()};
}

/// f of NPMI / PMI = log f / (log c + log f).
std::uint64_t recover_count(const Lines& lines, double pmi, double npmi) {
  const double discount = npmi / pmi;
  const double count = std::exp(discount / (1 - discount) * std::log(static_cast<double>(kMinCount)));
  const bool whole = count > 0.5 && count < 1e15 && std::abs(count - std::round(count)) < kCountTolerance;
  if (!whole) {
    lines.fail(std::string(kNpmiColumn) + " is not " + std::string(kPmiColumn) +
               " with the discount of a whole count and c = 101, as in the published file: take that one unchanged");
  }
  return static_cast<std::uint64_t>(std::llround(count));
}

void read_row(const Lines& lines, const std::vector<std::string_view>& cells, const Columns& columns, std::size_t index,
              Table& table) {
  constexpr double highest = std::numeric_limits<double>::max();
  table.pmi[index] = lines.parse(cells[columns.pmi], kPmiColumn, -highest, highest);
  table.npmi[index] = lines.parse(cells[columns.npmi], kNpmiColumn, -highest, highest);
  table.counts[index] = recover_count(lines, table.pmi[index], table.npmi[index]);
}

Table empty_table(int k) {
  Table table;
  table.k = k;
  table.definition = Definition::genemask_release;
  table.min_count = kMinCount;
  table.genome_hash = "published csv";
  const auto kmers = static_cast<std::size_t>(kmer::Vocabulary(k).kmers());
  table.counts.resize(kmers);
  table.pmi.resize(kmers);
  table.npmi.resize(kmers);
  return table;
}

}  // namespace

bool is_released_csv(std::string_view text) { return text.starts_with(std::string(kFirstColumn) + ","); }

Table read_released_csv(Lines& lines) {
  const Columns columns = read_columns(lines);
  Table table;
  std::vector<std::size_t> line_of;
  std::uint64_t total = 0;
  for (std::size_t row = 0; row == 0 || row < line_of.size(); ++row) {
    const auto cells = split(lines.next("one line for each of the k-mers"));
    if (cells.size() != columns.count) lines.fail("expected " + std::to_string(columns.count) + " columns");
    if (row == 0) {
      const auto k = static_cast<int>(std::min<std::size_t>(cells[0].size(), 100));
      if (k < kmer::kMinK || k > kmer::kMaxK) lines.fail(in_quotes(cells[0]) + " is no k-mer of 3 to 8 bases");
      table = empty_table(k);
      line_of.resize(table.npmi.size());
    }
    const std::size_t index = place_of_kmer(lines, table.k, cells[0], line_of);
    read_row(lines, cells, columns, index, table);
    add_count(lines, table.counts[index], total);
  }
  lines.expect_end();
  table.rank = ranks_of(table.npmi);
  return table;
}

}  // namespace cmgems::npmi
