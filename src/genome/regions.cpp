#include "cmgems/genome/regions.h"

#include <algorithm>
#include <charconv>

#include "cmgems/base/error.h"
#include "cmgems/base/options.h"
#include "text_file.h"

namespace cmgems::genome {
namespace {

[[noreturn]] void fail(const std::string& path, std::uint64_t line, const std::string& what) {
  throw DataError(path + ": line " + std::to_string(line) + ": " + what);
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

/// The next field of a line: BED allows tabs or blanks.
std::string_view next_field(std::string_view& line) {
  const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  const auto field = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(field.size());
  return field;
}

/// Calls `take` with every line and its number.
template <class Take>
void for_lines(const std::filesystem::path& path, Take take) {
  TextFile file(path, "a BED file");
  std::string line;
  std::uint64_t number = 0;
  for (auto text = file.next(); !text.empty(); text = file.next()) {
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      line += text.substr(0, end);
      take(line, ++number);
      line.clear();
      text.remove_prefix(end + 1);
    }
    line += text;
  }
  if (!line.empty()) take(line, ++number);
}

/// Sorts and joins what overlaps or touches.
std::vector<Interval> joined(std::vector<Interval> intervals) {
  std::erase_if(intervals, [](const Interval& interval) { return interval.begin == interval.end; });
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> result;
  for (const Interval& interval : intervals) {
    if (!result.empty() && interval.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, interval.end);
    } else {
      result.push_back(interval);
    }
  }
  return result;
}

/// What is in `from` and not in `holes`; both sorted and apart.
std::vector<Interval> without(const std::vector<Interval>& from, const std::vector<Interval>& holes) {
  std::vector<Interval> result;
  auto hole = holes.begin();
  for (const Interval& whole : from) {
    while (hole != holes.end() && hole->end <= whole.begin) ++hole;
    std::uint64_t at = whole.begin;
    for (auto inside = hole; inside != holes.end() && inside->begin < whole.end; ++inside) {
      if (inside->begin > at) result.push_back({at, inside->begin});
      at = std::max(at, inside->end);
    }
    if (at < whole.end) result.push_back({at, whole.end});
  }
  return result;
}

}  // namespace

BedFile::BedFile(const std::filesystem::path& path) : path_(path.string()) {
  for_lines(path, [this](std::string_view line, std::uint64_t number) { take(line, number); });
  if (contigs_.empty()) {
    throw DataError(path_ + ": no interval in the file; expected BED: contig, start and end, separated by tabs");
  }
}

void BedFile::take(std::string_view line, std::uint64_t number) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const auto contig = next_field(line);
  if (contig.empty() || contig.front() == '#' || contig == "track" || contig == "browser") return;
  const auto position = [&](const char* what) {
    const auto field = next_field(line);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (field.empty() || error != std::errc{} || end != field.data() + field.size()) {
      fail(path_, number,
           in_quotes(field) + " is no " + what + "; expected contig, start and end (0-based, whole numbers)");
    }
    return value;
  };
  const std::uint64_t begin = position("start");
  const std::uint64_t end = position("end");
  if (begin > end) {
    fail(path_, number, "the start " + std::to_string(begin) + " lies behind the end " + std::to_string(end));
  }
  Rows& rows = contigs_[std::string(contig)];
  if (rows.intervals.empty()) rows.first_line = number;
  rows.intervals.push_back({begin, end});
  if (end > rows.furthest) rows.furthest_line = number;
  rows.furthest = std::max(rows.furthest, end);
}

std::vector<Interval> BedFile::of(const std::string& contig) const {
  const auto found = contigs_.find(contig);
  return found == contigs_.end() ? std::vector<Interval>{} : joined(found->second.intervals);
}

void BedFile::check(const std::vector<Contig>& contigs) const {
  std::map<std::string_view, std::uint64_t> lengths;
  for (const Contig& contig : contigs) {
    auto& length = lengths[contig.name];
    length = std::max(length, contig.length);
  }
  for (const auto& [name, rows] : contigs_) {
    const auto found = lengths.find(name);
    if (found == lengths.end()) {
      std::vector<std::string_view> known;
      known.reserve(lengths.size());
      for (const auto& entry : lengths) known.push_back(entry.first);
      const auto near = nearest(name, known);
      fail(path_, rows.first_line,
           "the genome has no contig " + in_quotes(name) +
               (near.empty() ? "; it has " + in_quotes(known.empty() ? "" : known.front()) + " and others"
                             : "; did you mean " + in_quotes(near) + "?"));
    }
    if (rows.furthest > found->second) {
      fail(path_, rows.furthest_line,
           "the end " + std::to_string(rows.furthest) + " lies beyond contig " + in_quotes(name) + " of " +
               std::to_string(found->second) + " bases; the file belongs to another genome or version");
    }
  }
}

Regions::Regions(const std::optional<std::filesystem::path>& include,
                 const std::optional<std::filesystem::path>& exclude) {
  if (include) include_.emplace(*include);
  if (exclude) exclude_.emplace(*exclude);
}

std::vector<Interval> Regions::kept(const std::string& contig) const {
  std::vector<Interval> kept{kWhole};
  if (include_) kept = include_->of(contig);
  return exclude_ ? without(kept, exclude_->of(contig)) : kept;
}

void Regions::check(const std::vector<Contig>& contigs) const {
  if (include_) include_->check(contigs);
  if (exclude_) exclude_->check(contigs);
}

}  // namespace cmgems::genome
