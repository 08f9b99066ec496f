// Throughput of the layers without LibTorch on the built-in genome: the best of five timings each, one thread.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include "cmgems/corpus/corpus.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/counter.h"
#include "cmgems/masking/registry.h"
#include "cmgems/npmi/table.h"

using namespace cmgems;

namespace {

constexpr std::int64_t kBases = 20'000'000;
volatile std::uint64_t sink = 0;  // results are used, so that nothing is optimised away

void report(const char* name, double items, const char* unit, const std::function<void()>& work) {
  double best = 1e9;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("%-28s %9.1f M%s/s\n", name, items / best / 1e6, unit);
}

}  // namespace

int main() {
  report("synthetic genome", kBases, "base", [] { sink = genome::synthetic_genome({kBases, 2}).size(); });
  const auto genome = genome::synthetic_genome({kBases, 1});
  for (int k = 3; k <= 8; ++k) {
    report(("count k=" + std::to_string(k)).c_str(), kBases, "base",
           [&] { sink = kmer::count_nmers(genome, k, 1).total(k); });
  }
  const auto table = npmi::builtin_human_6mer();
  const corpus::Corpus corpus(genome, {}, {}, &table, 1);
  for (const std::string name : {"random", "genemask", "global"}) {
    const auto masker = masking::make_masker(name, {6, &table, {}});
    double batch_tokens = 0;
    for (std::int64_t step = 0; step < 10; ++step)
      batch_tokens += static_cast<double>(corpus.train_batch(step, 100, *masker, 4096).tokens);
    report(("whole batches " + name).c_str(), batch_tokens, "token", [&] {
      for (std::int64_t step = 0; step < 10; ++step) sink = corpus.train_batch(step, 100, *masker, 4096).tokens;
    });
  }
}
