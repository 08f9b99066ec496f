#include "cmgems/corpus/windows.h"

#include <set>

#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/random.h"
#include "support/catch.h"
#include "support/random_genome.h"

using namespace cmgems;
using namespace cmgems::corpus;

namespace {

std::string text_of(const genome::Genome& genome, const Window& window, std::int64_t k) {
  std::string text;
  for (std::uint64_t i = 0; i < window.tokens + static_cast<std::uint64_t>(k) - 1; ++i)
    text += genome::kBaseLetters[genome.base(window.begin + i)];
  return text;
}

}  // namespace

TEST_CASE("no base of validation is in a training window, and no base is used twice", "[corpus]") {
  const auto genome = test::random_genome({40'000, 300, 25'000});
  const DataOptions options{.max_tokens = 60};
  const auto set = cut_windows(genome, options, 42);
  std::vector<int> used(genome.size(), 0);
  for (const auto& window : set.train) {
    for (std::uint64_t i = 0; i < window.tokens + 5U; ++i) ++used[window.begin + i];
  }
  for (const auto& window : set.validation) {
    for (std::uint64_t i = 0; i < window.tokens + 5U; ++i) ++used[window.begin + i];
  }
  CHECK(*std::max_element(used.begin(), used.end()) == 1);
  CHECK(set.train_bases + set.validation_bases == genome.size());
  CHECK(static_cast<double>(set.validation_bases) / static_cast<double>(genome.size()) == Approx(0.1).margin(0.05));
  CHECK(std::count(used.begin(), used.end(), 1) > 0.95 * static_cast<double>(genome.size()));
}

TEST_CASE("windows stay within a contig and within 5..max_tokens, half of them full", "[corpus]") {
  const auto genome = test::random_genome({30'000, 30'000});
  const auto set = cut_windows(genome, {.max_tokens = 50}, 1);
  std::size_t full = 0;
  for (const auto& window : set.train) {
    CHECK((window.tokens >= 5 && window.tokens <= 50));
    CHECK((window.begin >= 30'000 || window.begin + window.tokens + 5 <= 30'000));
    full += window.tokens == 50 ? 1 : 0;
  }
  CHECK(static_cast<double>(full) / static_cast<double>(set.train.size()) == Approx(0.5).margin(0.08));
}

TEST_CASE("windows are a function of genome, seed and epoch", "[corpus]") {
  const auto genome = test::random_genome({50'000});
  const auto begins = [&](std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::uint64_t> values;
    for (const auto& window : cut_windows(genome, {.max_tokens = 50}, seed, epoch).train)
      values.push_back(window.begin);
    return values;
  };
  CHECK(begins(1, 0) == begins(1, 0));
  CHECK(begins(1, 0) != begins(2, 0));
  CHECK(begins(1, 0) != begins(1, 1));
}

TEST_CASE("validation blocks stay the same when windows are cut anew", "[corpus]") {
  const auto genome = test::random_genome({50'000});
  const auto first = cut_windows(genome, {.max_tokens = 50}, 1, 0),
             later = cut_windows(genome, {.max_tokens = 50}, 1, 9);
  CHECK(first.validation_bases == later.validation_bases);
  std::vector<int> side(genome.size(), 0);
  const auto mark = [&](const std::vector<Window>& windows, int value) {
    for (const auto& window : windows) {
      for (std::uint64_t i = 0; i < window.tokens + 5U; ++i) side[window.begin + i] |= value;
    }
  };
  mark(first.train, 1);
  mark(later.train, 1);
  mark(first.validation, 2);
  mark(later.validation, 2);
  CHECK(std::count(side.begin(), side.end(), 3) == 0);
  CHECK(std::count(side.begin(), side.end(), 2) > 4'000);
}

TEST_CASE("the list of windows is what it was when a window took 16 bytes", "[corpus]") {
  // Repeats and low complexity, so that there are duplicates; hashes taken from the first release of the list.
  genome::GenomeBuilder builder;
  RandomStream random(11, Purpose::synthetic);
  const auto bases = [&](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "ACGT"[random.below(4)];
    return text;
  };
  const std::string repeat = bases(700);
  for (int contig = 0; contig < 5; ++contig) {
    builder.begin_contig("c");
    std::string unique = bases(40'000);
    unique[20'000] = 'N';
    builder.append(unique);
    for (int i = 0; i < 20; ++i) builder.append(repeat);
    builder.append(std::string(3000, 'A'));
  }
  const auto genome = builder.finish();
  const auto list = [&](std::int64_t max_tokens, std::uint64_t epoch) {
    const auto set = cut_windows(genome, {.max_tokens = max_tokens, .recut_each_epoch = epoch > 0}, 42, epoch);
    Sha256 hash;
    for (const auto* side : {&set.train, &set.validation}) {
      for (const auto& window : *side) {
        const std::uint64_t numbers[]{window.begin, window.tokens};
        hash.update(numbers, sizeof numbers);
      }
    }
    return std::to_string(set.duplicates) + " " + hash.finish();
  };
  CHECK(list(40, 0) == "871 9f2b9f5948a506815c22206198bde054de801411f1f6790f29880414f6a1de3e");
  CHECK(list(126, 0) == "155 5c6eadd08a6e605eee7c9136098b522db50f666c044395f3cfbe28be04a77e9b");
  CHECK(list(510, 0) == "17 7a307f847095fa24b556830cdd5a703b7138c3c5e6c683ed598879559b2d31f3");
  CHECK(list(126, 1) == "152 56b0de0240f64d74952979716e83e5f4f166faca3c5d4e3d4ef4b8989ee24cb8");
}

TEST_CASE("exact copies are dropped and counted", "[corpus]") {
  genome::GenomeBuilder builder;
  builder.begin_contig("low");
  builder.append(std::string(4000, 'A'));
  builder.begin_contig("high");
  std::string bases;
  RandomStream random(5, Purpose::synthetic);
  for (int i = 0; i < 20'000; ++i) bases += "ACGT"[random.below(4)];
  builder.append(bases);
  const auto genome = builder.finish();
  const auto set = cut_windows(genome, {.max_tokens = 40, .full_length_share = 1}, 3);
  CHECK(set.duplicates > 50);
  std::set<std::string> seen;
  std::size_t windows = 0;
  for (const auto* side : {&set.train, &set.validation}) {
    for (const auto& window : *side) {
      seen.insert(text_of(genome, window, 6));
      ++windows;
    }
  }
  CHECK(seen.size() == windows);
}

TEST_CASE("a genome that is too short says how many bases are needed", "[corpus]") {
  const auto genome = test::random_genome({150});
  CHECK_THROWS_AS(cut_windows(genome, {}, 1), DataError);
  CHECK_THROWS_WITH(cut_windows(genome, {}, 1),
                    Catch::Contains("has 150 ACGT bases") && Catch::Contains("at least 200"));
}
