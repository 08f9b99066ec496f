// Parts of a genome that are kept: BED files of what to include and what to exclude.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/genome/genome.h"

namespace cmgems::genome {

/// 0-based, half-open.
struct Interval {
  std::uint64_t begin, end;
  bool operator==(const Interval&) const = default;
};
inline constexpr Interval kWhole{0, std::numeric_limits<std::uint64_t>::max()};

/// One BED file: intervals by contig. Plain, gzip or BGZF; three columns are read, others ignored; empty lines and
/// lines that begin with #, track or browser are skipped. An interval without a base (start = end) is allowed. Source:
/// https://samtools.github.io/hts-specs/BEDv1.pdf
class BedFile {
 public:
  /// Throws: InputNotFound, IoError, DataError (file, line, what was expected).
  explicit BedFile(const std::filesystem::path& path);
  /// Sorted, joined intervals of a contig, empty when it has none.
  std::vector<Interval> of(const std::string& contig) const;
  /// Throws: DataError when a contig is not in the genome or an interval ends beyond it.
  void check(const std::vector<Contig>& contigs) const;

 private:
  struct Rows {
    std::vector<Interval> intervals;
    std::uint64_t first_line = 0;
    std::uint64_t furthest = 0, furthest_line = 0;  // the largest end
  };
  void take(std::string_view line, std::uint64_t number);
  std::string path_;
  std::map<std::string, Rows> contigs_;
};

/// What include and exclude leave of every contig; contigs of the same name are treated alike. Exclude wins.
class Regions {
 public:
  /// Everything.
  Regions() = default;
  /// nullopt: everything, nothing. Throws as BedFile.
  Regions(const std::optional<std::filesystem::path>& include, const std::optional<std::filesystem::path>& exclude);
  bool everything() const { return !include_ && !exclude_; }
  /// Kept parts of a contig, ascending and apart; the last may end beyond the contig.
  std::vector<Interval> kept(const std::string& contig) const;
  /// Throws as BedFile::check.
  void check(const std::vector<Contig>& contigs) const;

 private:
  std::optional<BedFile> include_, exclude_;
};

}  // namespace cmgems::genome
