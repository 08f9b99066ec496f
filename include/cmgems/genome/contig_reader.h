// Stretches of contigs as text: random access to a genome in memory, whatever file it came from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cmgems/genome/genome.h"

namespace cmgems::genome {

class ContigReader {
 public:
  /// `genome` must outlive the reader. Of contigs of the same name the first one counts.
  explicit ContigReader(const Genome& genome);

  /// Index into Genome::contigs(); none when no contig has the name.
  std::optional<std::uint32_t> find(const std::string& name) const;

  /// Bases [begin, end) of a contig from 0, upper case, N where the genome has none.
  /// REQUIRES: begin <= end <= length of the contig.
  std::string bases(std::uint32_t contig, std::uint64_t begin, std::uint64_t end) const;

 private:
  const Genome& genome_;
  std::unordered_map<std::string, std::uint32_t> contigs_;
  std::vector<std::size_t> first_segment_;  // of each contig, and the number of all segments
};

}  // namespace cmgems::genome
