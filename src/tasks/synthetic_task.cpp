#include <string_view>

#include "cmgems/base/random.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/tasks/few_shot.h"

namespace cmgems::tasks {
namespace {

constexpr std::size_t kShortest = 70, kLongest = 100;  // bases
constexpr std::size_t kPoolRowsPerClass = 200;
constexpr std::size_t kTestRowsPerClass = 500;
/// Streams of the task start here; the synthetic genome uses the small numbers.
constexpr std::uint64_t kFirstStream = 0x7A5C0000;

/// Copies a random motif to a random place of `bases`; a later motif may lie over an earlier one.
void plant_motif(std::string& bases, RandomStream& stream) {
  const auto& motifs = genome::planted_motifs();
  const std::string_view motif = motifs[stream.below(static_cast<std::uint32_t>(motifs.size()))];
  const auto places = static_cast<std::uint32_t>(bases.size() - motif.size() + 1);
  bases.replace(stream.below(places), motif.size(), motif);
}

/// Row `row` of the task, a pure function of (seed, row). b = 1 keeps the stream apart from that of the background.
Example synthetic_example(std::uint64_t seed, std::size_t row) {
  RandomStream stream(seed, Purpose::synthetic, kFirstStream + row, 1);
  const auto length = kShortest + stream.below(static_cast<std::uint32_t>(kLongest - kShortest + 1));
  Example example{"", static_cast<int>(row % 2)};
  for (const auto code : genome::synthetic_background(length, seed, kFirstStream + row)) {
    example.sequence += genome::kBaseLetters[code];
  }
  const std::uint32_t motifs = example.label == 1 ? 2 + stream.below(2) : 0;
  for (std::uint32_t motif = 0; motif < motifs; ++motif) plant_motif(example.sequence, stream);
  return example;
}

}  // namespace

TaskData synthetic_task(std::uint64_t seed) {
  TaskData task{"synthetic", {"builtin:synthetic", {}}, {"builtin:synthetic", {}}, 2, {}};
  constexpr std::size_t kPoolRows = 2 * kPoolRowsPerClass, kRows = kPoolRows + 2 * kTestRowsPerClass;
  for (std::size_t row = 0; row < kRows; ++row) {
    (row < kPoolRows ? task.pool : task.test).examples.push_back(synthetic_example(seed, row));
  }
  task.notes.emplace_back(
      "built-in synthetic task: background sequence (label 0) or the same with 2 or 3 planted motifs "
      "(label 1); good for trying things out, not for claims");
  return task;
}

}  // namespace cmgems::tasks
