#include "cmgems/genome/contig_reader.h"

#include <algorithm>

namespace cmgems::genome {

ContigReader::ContigReader(const Genome& genome) : genome_(genome) {
  const auto& contigs = genome.contigs();
  for (std::uint32_t i = 0; i < contigs.size(); ++i) contigs_.emplace(contigs[i].name, i);
  const auto& segments = genome.segments();
  std::size_t segment = 0;
  for (std::uint32_t i = 0; i <= contigs.size(); ++i) {
    while (segment < segments.size() && segments[segment].contig < i) ++segment;
    first_segment_.push_back(segment);
  }
}

std::optional<std::uint32_t> ContigReader::find(const std::string& name) const {
  const auto found = contigs_.find(name);
  return found == contigs_.end() ? std::nullopt : std::optional(found->second);
}

std::string ContigReader::bases(std::uint32_t contig, std::uint64_t begin, std::uint64_t end) const {
  std::string text(end - begin, 'N');
  const auto& segments = genome_.segments();
  const auto first = segments.begin() + static_cast<std::ptrdiff_t>(first_segment_[contig]);
  const auto last = segments.begin() + static_cast<std::ptrdiff_t>(first_segment_[contig + 1]);
  auto segment = std::partition_point(
      first, last, [begin](const Segment& each) { return each.contig_position + each.length <= begin; });
  for (; segment != last && segment->contig_position < end; ++segment) {
    const std::uint64_t from = std::max(begin, segment->contig_position);
    const std::uint64_t to = std::min(end, segment->contig_position + segment->length);
    for (std::uint64_t at = from; at < to; ++at) {
      text[at - begin] = kBaseLetters[genome_.base(segment->begin + (at - segment->contig_position))];
    }
  }
  return text;
}

}  // namespace cmgems::genome
