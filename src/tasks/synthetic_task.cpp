#include <array>

#include "cmgems/base/random.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/tasks/few_shot.h"

namespace cmgems::tasks {
namespace {

constexpr std::size_t kBases = 27;  // 24 tokens at k=4: a model of smoke.json has been trained on every position
constexpr std::size_t kPoolRowsPerClass = 200;
constexpr std::size_t kTestRowsPerClass = 500;
/// Streams of the task start here; the synthetic genome uses the small numbers.
constexpr std::uint64_t kFirstStream = 0x7A5C0000;

/// Running sums over the bases A, T, C, G of how often each begins a human 6-mer: the composition of the chain.
std::array<std::uint32_t, 4> composition() {
  const auto& counts = genome::human_6mer_counts();
  const std::size_t per_base = counts.size() / 4;
  std::array<std::uint32_t, 4> sums{};
  std::uint64_t sum = 0;
  for (std::size_t kmer = 0; kmer < counts.size(); ++kmer) {
    sum += counts[kmer];
    sums[kmer / per_base] = static_cast<std::uint32_t>(sum);
  }
  return sums;
}

/// Bases drawn one by one, without memory. b = 1 keeps the stream apart from that of the background.
std::vector<std::uint8_t> independent_bases(std::uint64_t seed, std::uint64_t a) {
  static const auto sums = composition();
  RandomStream stream(seed, Purpose::synthetic, a, 1);
  std::vector<std::uint8_t> codes;
  while (codes.size() < kBases) {
    const auto draw = stream.below(sums[3]);
    codes.push_back(static_cast<std::uint8_t>((draw >= sums[0]) + (draw >= sums[1]) + (draw >= sums[2])));
  }
  return codes;
}

/// Row `row` of the task, a pure function of (seed, row).
Example synthetic_example(std::uint64_t seed, std::size_t row) {
  Example example{"", static_cast<int>(row % 2)};
  const auto codes = example.label == 1 ? genome::synthetic_background(kBases, seed, kFirstStream + row)
                                        : independent_bases(seed, kFirstStream + row);
  for (const auto code : codes) example.sequence += genome::kBaseLetters[code];
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
      "built-in synthetic task: 27 bases of the chain that the built-in genome is made of (label 1) or as many "
      "independent bases of the same composition (label 0); good for trying things out, not for claims");
  return task;
}

}  // namespace cmgems::tasks
