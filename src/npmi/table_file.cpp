// The table's file format, described in docs/npmi-table.md.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <system_error>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/npmi/rank.h"
#include "cmgems/npmi/table.h"
#include "lines.h"
#include "released_csv.h"

namespace cmgems::npmi {
namespace {

constexpr std::string_view kMagic = "#cmgems-npmi 1";
constexpr std::string_view kColumns = "kmer\tcount\tpmi\tnpmi\trank";
constexpr std::size_t kColumnCount = 5;
constexpr std::size_t kLongestName = 100;                     // of a genome; its hash has 64 characters
constexpr std::size_t kWrittenAtOnce = std::size_t{1} << 20;  // bytes; a table of 12-mers has a gigabyte

/// Shortest text that reads back as the same number.
template <class Number>
void append_number(std::string& text, Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (std::isnan(value)) {
      text += "nan";
      return;
    }
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

std::string header_of(const Table& table) {
  std::string text(kMagic);
  text += "\n#k " + std::to_string(table.k);
  text += "\n#definition " + std::string(word_of(static_cast<int>(table.definition), definition_words()));
  text += "\n#min_count " + std::to_string(table.min_count);
  text += std::string("\n#both_strands ") + (table.both_strands ? "true" : "false");
  text += "\n#genome " + table.genome_hash + '\n';
  text += kColumns;
  text += '\n';
  return text;
}

Definition read_definition(const Lines& lines, std::string_view text) {
  std::string known;
  for (const auto& [word, value] : definition_words()) {
    if (word == text) return static_cast<Definition>(value);
    known += (known.empty() ? "" : " or ") + std::string(word);
  }
  lines.fail(in_quotes(text) + " is no definition; expected " + known);
}

bool read_bool(const Lines& lines, std::string_view text) {
  if (text != "true" && text != "false") lines.fail("expected '#both_strands true' or '#both_strands false'");
  return text == "true";
}

Table read_header(Lines& lines) {
  lines.expect(kMagic, " (an NPMI table of cmgems, made by `cmgems npmi build`), or the header of the published csv");
  Table table;
  table.k = lines.parse(lines.value("k"), "k-mer length (3 to 12)", kmer::kMinK, kmer::kLongestCounted);
  table.definition = read_definition(lines, lines.value("definition"));
  table.min_count =
      lines.parse(lines.value("min_count"), "minimum count", std::int64_t{0}, std::numeric_limits<std::int64_t>::max());
  table.both_strands = read_bool(lines, lines.value("both_strands"));
  table.genome_hash = lines.value("genome");
  if (table.genome_hash.size() > kLongestName) {
    lines.fail("the genome's name has " + std::to_string(table.genome_hash.size()) + " characters; expected at most " +
               std::to_string(kLongestName) + ", as in a SHA-256 or builtin:human-6mer");
  }
  lines.expect(kColumns, " with tabs between the columns");
  return table;
}

/// Before anything is made for as many k-mers as the header announces.
void require_rows(const Lines& lines, int k, std::size_t kmers) {
  const std::size_t shortest = static_cast<std::size_t>(k) + 9;  // the k-mer, four tabs and digits, the line's end
  if (lines.left() / shortest >= kmers) return;
  lines.fail("the file is too short for the " + std::to_string(kmers) + " k-mers of '#k " + std::to_string(k) +
             "': it is cut off or damaged; copy or build it again");
}

std::array<std::string_view, kColumnCount> split_row(const Lines& lines, std::string_view line) {
  std::array<std::string_view, kColumnCount> cells;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    const auto end = line.find('\t');
    if ((end == std::string_view::npos) != (i + 1 == kColumnCount))
      lines.fail("expected 5 columns with tabs between them");
    cells[i] = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return cells;
}

double read_score(const Lines& lines, std::string_view text, std::string_view what) {
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  constexpr double highest = std::numeric_limits<double>::max();
  return lines.parse(text, what, -highest, highest);
}

/// Reads one row into its place. `line_of` holds the line of every k-mer seen so far, 0 for none; `total` their counts.
void read_row(Lines& lines, Table& table, std::vector<std::size_t>& line_of, std::uint64_t& total) {
  const std::size_t kmers = line_of.size();
  const auto cells = split_row(lines, lines.next("one line for each of the " + std::to_string(kmers) + " k-mers"));
  const std::size_t index = place_of_kmer(lines, table.k, cells[0], line_of);
  table.counts[index] = lines.parse(cells[1], "count", std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max());
  add_count(lines, table.counts[index], total);
  table.pmi[index] = read_score(lines, cells[2], "PMI");
  table.npmi[index] = read_score(lines, cells[3], "NPMI");
  if (std::isnan(table.pmi[index]) != std::isnan(table.npmi[index])) lines.fail("only one of pmi and npmi is nan");
  table.rank[index] = lines.parse(cells[4], "rank", std::int32_t{0}, static_cast<std::int32_t>(kmers) - 1);
}

void check_ranks(const std::string& name, const Table& table, const std::vector<std::size_t>& line_of) {
  const auto expected = ranks_of(table.npmi);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (table.rank[i] == expected[i]) continue;
    throw DataError(name + ": line " + std::to_string(line_of[i]) + ": rank " + std::to_string(table.rank[i]) +
                    " does not follow from the npmi column, which gives " + std::to_string(expected[i]) +
                    "; the file was changed or damaged, build it again");
  }
}

void append_row(std::string& text, const Table& table, std::size_t index) {
  text += kmer::kmer_text(static_cast<std::uint32_t>(index), table.k) + '\t';
  append_number(text, table.counts[index]);
  text += '\t';
  append_number(text, table.pmi[index]);
  text += '\t';
  append_number(text, table.npmi[index]);
  text += '\t';
  append_number(text, table.rank[index]);
  text += '\n';
}

}  // namespace

Table read_table(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  Lines lines(path.string(), text);
  if (is_released_csv(text)) return read_released_csv(lines);
  Table table = read_header(lines);
  const std::size_t kmers = std::size_t{1} << (2 * table.k);
  require_rows(lines, table.k, kmers);
  table.counts.resize(kmers);
  table.pmi.resize(kmers);
  table.npmi.resize(kmers);
  table.rank.resize(kmers);
  std::vector<std::size_t> line_of(kmers);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kmers; ++i) read_row(lines, table, line_of, total);
  lines.expect_end();
  check_ranks(path.string(), table, line_of);
  return table;
}

void write_table(const Table& table, const std::filesystem::path& path) {
  write_file_atomic(path, [&](const Write& write) {
    std::string text = header_of(table);
    for (std::size_t i = 0; i < table.npmi.size(); ++i) {
      append_row(text, table, i);
      if (text.size() < kWrittenAtOnce) continue;
      write(text);
      text.clear();
    }
    write(text);
  });
}

}  // namespace cmgems::npmi
