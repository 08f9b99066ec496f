// Runs a fuzz target without libFuzzer: seeds, a fixed list of mutations of them, and large inputs within limits.
#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "cmgems/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using cmgems::Purpose;
using cmgems::RandomStream;

constexpr std::uint64_t kMutations = 2000;
constexpr std::uint64_t kLargeInputs = 24;
constexpr std::size_t kLargeBytes = std::size_t{1} << 20;
#if defined(__SANITIZE_ADDRESS__)
constexpr double kMostSeconds = 30, kMostMegabytes = 4096;  // of the sanitizer, not of the readers
#else
constexpr double kMostSeconds = 1, kMostMegabytes = 256;
#endif

std::vector<std::string> seeds_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

/// A place in the text, or its end.
std::size_t place(const std::string& text, RandomStream& random) {
  return random.below(static_cast<std::uint32_t>(text.size() + 1));
}

/// Up to 16 bytes from anywhere.
std::string piece(const std::string& text, RandomStream& random) {
  return text.substr(place(text, random), 1 + random.below(16));
}

void mutate_once(std::string& text, const std::string& other, RandomStream& random) {
  const auto at = place(text, random);
  switch (random.below(8)) {
    case 0:
      return text.resize(at);
    case 1:
      text.erase(at, 1 + random.below(16));
      return;
    case 2:
      text.insert(at, piece(text, random));
      return;
    case 3:
      text.insert(at, piece(other, random));
      return;
    case 4:
      text.replace(at, 4, std::string(4, random.below(2) == 0 ? '\xff' : '\0'));
      return;
    case 5:
      text.insert(at, 1, static_cast<char>(random.below(256)));
      return;
    default:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
  }
}

std::string mutated(const std::vector<std::string>& seeds, std::uint64_t number) {
  RandomStream random(1, Purpose::synthetic, 0, number);
  std::string text = seeds[number % seeds.size()];
  const auto& other = seeds[random.below(static_cast<std::uint32_t>(seeds.size()))];
  for (auto left = 1 + random.below(4); left > 0; --left) mutate_once(text, other, random);
  return text;
}

/// A seed with one piece of it, or the whole of it, over and over in the middle.
std::string large(const std::vector<std::string>& seeds, std::uint64_t number) {
  RandomStream random(1, Purpose::synthetic, 1, number);
  std::string text = seeds[number % seeds.size()];
  const auto repeated = random.below(4) == 0 ? text : piece(text, random);
  const auto at = place(text, random);
  std::string middle;
  while (text.size() + middle.size() < kLargeBytes) middle += repeated.empty() ? std::string(1, '\0') : repeated;
  return text.insert(at, middle);
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// In the memory of the target alone, as libFuzzer gives it: a read behind its end is one behind an allocation.
void run(const std::string& text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// Seconds of the processor, which others that compute at the same time do not change.
double timed(const std::string& text) {
  const std::clock_t start = std::clock();
  run(text);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

int replay(const std::vector<std::string>& seeds) {
  std::string text;
  try {
    for (const auto& seed : seeds) run(text = seed);
    for (std::uint64_t i = 0; i < kMutations; ++i) run(text = mutated(seeds, i));
    const double before = peak_megabytes();
    double slowest = 0;
    for (std::uint64_t i = 0; i < kLargeInputs; ++i) slowest = std::max(slowest, timed(text = large(seeds, i)));
    const double grown = peak_megabytes() - before;
    std::cout << seeds.size() << " seeds, " << kMutations << " mutations; 1 MB takes at most " << slowest << " s and "
              << grown << " MB\n";
    if (slowest <= kMostSeconds && grown <= kMostMegabytes) return 0;
    std::cout << "more than " << kMostSeconds << " s or " << kMostMegabytes << " MB\n";
  } catch (const std::exception& error) {
    const auto path = std::filesystem::temp_directory_path() / "cmgems-fuzz-input";
    std::ofstream(path, std::ios::binary) << text;
    std::cout << "not an error of cmgems: " << error.what() << "; the input is in " << path.string() << "\n";
  }
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  const auto seeds = count == 2 ? seeds_in(arguments[1]) : std::vector<std::string>{};
  if (!seeds.empty()) return replay(seeds);
  std::cerr << "usage: " << arguments[0] << " SEEDS: a folder of inputs\n";
  return 64;
}
