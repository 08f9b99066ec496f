#include "cmgems/corpus/corpus.h"

#include <map>
#include <set>

#include "cmgems/corpus/prefetch.h"
#include "cmgems/masking/registry.h"
#include "support/catch.h"
#include "support/random_genome.h"
#include "support/small_table.h"

using namespace cmgems;
using namespace cmgems::corpus;

namespace {

/// Windows of a global batch as sets of (ids, labels), whatever their packing.
std::multiset<std::vector<std::int64_t>> contents(const std::vector<RaggedBatch>& batches) {
  std::multiset<std::vector<std::int64_t>> all;
  for (const auto& batch : batches) {
    std::size_t mask = 0;
    for (std::size_t w = 0; w < batch.windows(); ++w) {
      std::vector<std::int64_t> window(batch.ids.begin() + batch.cu_seqlens[w],
                                       batch.ids.begin() + batch.cu_seqlens[w + 1]);
      for (; mask < batch.masked.size() && batch.masked[mask] < batch.cu_seqlens[w + 1]; ++mask) {
        window.push_back(batch.masked[mask] - batch.cu_seqlens[w]);
        window.push_back(batch.labels[mask]);
      }
      all.insert(window);
    }
  }
  return all;
}

/// A window as it was before masking, and where it was masked.
struct Restored {
  std::vector<kmer::TokenId> tokens;
  std::vector<std::int64_t> masked;
};

std::vector<Restored> restored(const RaggedBatch& batch) {
  std::vector<std::int64_t> ids = batch.ids;
  for (std::size_t i = 0; i < batch.masked.size(); ++i) {
    ids[static_cast<std::size_t>(batch.masked[i])] = batch.labels[i];
  }
  std::vector<Restored> windows;
  for (std::size_t w = 0; w < batch.windows(); ++w) {
    const std::int64_t begin = batch.cu_seqlens[w] + 1, end = batch.cu_seqlens[w + 1] - 1;
    windows.emplace_back();
    for (std::int64_t i = begin; i < end; ++i) {
      windows.back().tokens.push_back(static_cast<kmer::TokenId>(ids[static_cast<std::size_t>(i)]));
    }
    for (const auto position : batch.masked) {
      if (position >= begin && position < end) windows.back().masked.push_back(position - begin);
    }
  }
  return windows;
}

std::vector<kmer::TokenId> tokens_of(const Corpus& corpus, const genome::Genome& genome, const Window& window) {
  const auto lead = static_cast<std::size_t>(corpus.vocabulary().k() - 1);
  std::vector<std::uint8_t> codes(window.tokens + lead);
  genome.unpack(window.begin, codes);
  std::vector<kmer::TokenId> tokens(window.tokens);
  kmer::tokenize_codes(corpus.vocabulary(), codes, tokens);
  return tokens;
}

}  // namespace

TEST_CASE("examples and masks do not depend on the split into micro-batches", "[corpus]") {
  const auto genome = test::random_genome({60'000});
  const auto table = test::ordered_table(6);
  const Corpus corpus(genome, {.max_tokens = 60}, {}, &table, 42);
  const auto masker = masking::make_masker("genemask", {6, &table, {}});
  const auto whole = corpus.train_batch(3, 20, *masker, 0);
  const auto split = corpus.train_batch(3, 20, *masker, 130);
  CHECK(whole.micro_batches.size() == 1);
  CHECK(split.micro_batches.size() > 5);
  CHECK(contents(whole.micro_batches) == contents(split.micro_batches));
  CHECK(whole.tokens == split.tokens);
  CHECK(whole.statistics[0].masked == split.statistics[0].masked);
}

TEST_CASE("an epoch shows every window once, the next one in another order with other masks", "[corpus]") {
  const auto genome = test::random_genome({6'000});
  const Corpus corpus(genome, {.max_tokens = 40}, {}, nullptr, 7);
  const auto masker = masking::make_masker("random", {6, nullptr, {}});
  const auto n = static_cast<std::int64_t>(corpus.windows().train.size());
  const auto first = restored(corpus.train_batch(0, n, *masker, 0).micro_batches.at(0));
  const auto second = restored(corpus.train_batch(1, n, *masker, 0).micro_batches.at(0));
  std::multiset<std::vector<kmer::TokenId>> expected, shown[2];
  for (const auto& window : corpus.windows().train) expected.insert(tokens_of(corpus, genome, window));
  std::map<std::vector<kmer::TokenId>, std::vector<std::int64_t>> masks;
  std::size_t other_masks = 0;
  for (const auto& example : first) {
    shown[0].insert(example.tokens);
    masks[example.tokens] = example.masked;
  }
  for (const auto& example : second) {
    shown[1].insert(example.tokens);
    other_masks += masks[example.tokens] != example.masked ? 1 : 0;
  }
  CHECK(shown[0] == expected);
  CHECK(shown[1] == expected);
  CHECK(other_masks > expected.size() / 2);

  // In the order of training, one window a step.
  int moved = 0;
  for (std::int64_t step = 0; step < n; ++step) {
    const auto early = restored(corpus.train_batch(step, 1, *masker, 0).micro_batches.at(0));
    const auto late = restored(corpus.train_batch(step + n, 1, *masker, 0).micro_batches.at(0));
    moved += early.at(0).tokens != late.at(0).tokens ? 1 : 0;
  }
  CHECK(moved > n / 2);
}

TEST_CASE("labels are the genome's own tokens", "[corpus]") {
  const auto genome = test::random_genome({6'000});
  const Corpus corpus(genome, {.max_tokens = 40, .full_length_share = 1}, {}, nullptr, 7);
  const auto masker = masking::make_masker("random", {6, nullptr, {.rate_scale = 6}});
  // every 40-token window of the training side, as tokens
  std::set<std::vector<kmer::TokenId>> known;
  for (const auto& window : corpus.windows().train) {
    std::vector<std::uint8_t> codes(window.tokens + 5);
    genome.unpack(window.begin, codes);
    std::vector<kmer::TokenId> tokens(window.tokens);
    kmer::tokenize_codes(corpus.vocabulary(), codes, tokens);
    known.insert(tokens);
  }
  const auto batch = corpus.train_batch(0, 30, *masker, 0).micro_batches.at(0);
  CHECK(batch.masked.size() > 300);
  for (std::size_t w = 0; w < batch.windows(); ++w) {
    std::vector<kmer::TokenId> tokens(batch.ids.begin() + batch.cu_seqlens[w] + 1,
                                      batch.ids.begin() + batch.cu_seqlens[w + 1] - 1);
    for (std::size_t m = 0; m < batch.masked.size(); ++m) {
      const auto at = batch.masked[m] - batch.cu_seqlens[w] - 1;
      if (at >= 0 && at < static_cast<std::int64_t>(tokens.size()))
        tokens[static_cast<std::size_t>(at)] = static_cast<kmer::TokenId>(batch.labels[m]);
    }
    CHECK(known.count(tokens) == 1);
  }
}

TEST_CASE("masks are the same for any number of worker threads, order of steps and budget", "[corpus]") {
  const auto genome = test::random_genome({60'000});
  const auto table = test::ordered_table(6);
  const Corpus corpus(genome, {.max_tokens = 60}, {}, &table, 42);
  const auto easy = masking::make_masker("genemask", {6, &table, {}});
  const auto hard = masking::make_masker("pmi-voc", {6, &table, {}});
  const std::vector<const masking::Masker*> maskers{easy.get(), hard.get()};
  const auto make = [&](std::int64_t step, std::size_t budget) {
    return corpus.train_batch(step, 12, maskers, [&](std::int64_t window) { return (step + window / 5) % 2; }, budget);
  };
  using Contents = std::multiset<std::vector<std::int64_t>>;
  std::vector<Contents> expected;
  for (std::int64_t step = 0; step < 12; ++step) expected.push_back(contents(make(step, 0).micro_batches));
  for (const int workers : {1, 2, 4}) {
    for (const std::int64_t first : {0, 7}) {  // 7: as after a restart
      Prefetcher prefetcher([&](std::int64_t step) { return make(step, 100 + 40 * static_cast<std::size_t>(workers)); },
                            workers);
      prefetcher.open(first, 12);
      for (std::int64_t step = first; step < 12; ++step) {
        CHECK(contents(prefetcher.next().micro_batches) == expected[static_cast<std::size_t>(step)]);
      }
    }
  }
}

TEST_CASE("the masker of each window is the chosen one, and figures are kept apart", "[corpus]") {
  const auto genome = test::random_genome({60'000});
  const auto table = test::ordered_table(6);
  const Corpus corpus(genome, {.max_tokens = 60, .full_length_share = 1}, {}, &table, 42);
  const auto random = masking::make_masker("random", {6, nullptr, {}});
  const auto global = masking::make_masker("global", {6, &table, {}});
  const std::vector<const masking::Masker*> maskers{random.get(), global.get()};
  const auto batch = corpus.train_batch(0, 20, maskers, [](std::int64_t window) { return window < 5 ? 0 : 1; }, 0);
  REQUIRE(batch.statistics.size() == 2);
  CHECK(batch.statistics[0].examples == 5);
  CHECK(batch.statistics[1].examples == 15);
  CHECK(batch.statistics[0].pmi_spans == 0);
  CHECK(batch.statistics[1].pmi_spans == 15);  // one span for 60 tokens
  const auto alone = corpus.train_batch(0, 5, *random, 0);
  CHECK(alone.statistics[0].masked == batch.statistics[0].masked);
}

TEST_CASE("validation masks of another draw are others on the same windows", "[corpus]") {
  const auto genome = test::random_genome({30'000});
  const Corpus corpus(genome, {.max_tokens = 40}, {}, nullptr, 7);
  const auto masker = masking::make_masker("random", {6, nullptr, {}});
  const auto once = corpus.validation_batches(20, *masker, 0), again = corpus.validation_batches(20, *masker, 0, 500);
  CHECK(contents(again) == contents(corpus.validation_batches(20, *masker, 0, 500)));
  CHECK(once[0].masked != again[0].masked);
  CHECK(once[0].cu_seqlens == again[0].cu_seqlens);
}

TEST_CASE("validation masks never change", "[corpus]") {
  const auto genome = test::random_genome({30'000});
  const Corpus corpus(genome, {.max_tokens = 40}, {}, nullptr, 7);
  const auto masker = masking::make_masker("random", {6, nullptr, {}});
  const auto first = corpus.validation_batches(20, *masker, 0);
  corpus.train_batch(5, 10, *masker, 0);
  CHECK(contents(first) == contents(corpus.validation_batches(20, *masker, 100)));
}

TEST_CASE("recut epochs have windows of their own and are found by step", "[corpus]") {
  const auto genome = test::random_genome({6'000});
  const DataOptions data{.max_tokens = 40, .recut_each_epoch = true};
  const Corpus corpus(genome, data, {}, nullptr, 7);
  const auto masker = masking::make_masker("random", {6, nullptr, {}});
  const auto again = corpus.train_batch(100, 8, *masker, 0);
  corpus.train_batch(2, 8, *masker, 0);
  CHECK(contents(again.micro_batches) == contents(corpus.train_batch(100, 8, *masker, 0).micro_batches));

  // Epoch after epoch, one window a step: each shows its own list once.
  std::int64_t step = 0;
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    CAPTURE(epoch);
    std::multiset<std::vector<kmer::TokenId>> expected, shown;
    for (const auto& window : cut_windows(genome, data, 7, epoch).train) {
      expected.insert(tokens_of(corpus, genome, window));
      shown.insert(restored(corpus.train_batch(step++, 1, *masker, 0).micro_batches.at(0)).at(0).tokens);
    }
    CHECK(shown == expected);
  }
}

TEST_CASE("statistics add up the masks of a batch", "[corpus]") {
  const auto genome = test::random_genome({30'000});
  const auto table = test::ordered_table(6);
  const Corpus corpus(genome, {.max_tokens = 110, .full_length_share = 1}, {}, &table, 7);
  const auto masker = masking::make_masker("global", {6, &table, {}});
  const auto batch = corpus.train_batch(0, 10, *masker, 0);
  CHECK(batch.statistics[0].examples == 10);
  CHECK(batch.tokens == batch.statistics[0].tokens + 2 * 10);
  CHECK(batch.statistics[0].masked == batch.micro_batches[0].masked.size());
  CHECK(batch.statistics[0].npmi_tokens == batch.statistics[0].masked);
  CHECK(batch.statistics[0].pmi_spans >= 10);
}

TEST_CASE("random masks are the same with and without a table, which only adds figures", "[corpus]") {
  const auto genome = test::random_genome({60'000});
  const auto table = test::ordered_table(6);
  const Corpus with(genome, {.max_tokens = 60}, {}, &table, 42), without(genome, {.max_tokens = 60}, {}, nullptr, 42);
  const auto ranked = masking::make_masker("random", {6, &table, {}});
  const auto plain = masking::make_masker("random", {6, nullptr, {}});
  for (const std::int64_t step : {0, 7}) {
    const auto a = with.train_batch(step, 20, *ranked, 130), b = without.train_batch(step, 20, *plain, 130);
    REQUIRE(a.micro_batches.size() == b.micro_batches.size());
    for (std::size_t i = 0; i < a.micro_batches.size(); ++i) {
      CHECK(a.micro_batches[i].ids == b.micro_batches[i].ids);
      CHECK(a.micro_batches[i].masked == b.micro_batches[i].masked);
      CHECK(a.micro_batches[i].labels == b.micro_batches[i].labels);
    }
    CHECK(a.statistics[0].masked == b.statistics[0].masked);
    CHECK(a.statistics[0].npmi_tokens == a.statistics[0].masked);
    CHECK(a.statistics[0].npmi_sum > 0);
    CHECK(b.statistics[0].npmi_tokens == 0);
  }
  CHECK(with.validation_batches(9, *ranked, 0)[0].masked == without.validation_batches(9, *plain, 0)[0].masked);
}

TEST_CASE("shares of a batch are together the batch, with the same masks", "[corpus]") {
  const auto genome = test::random_genome({4000});
  const Corpus corpus(genome, {.k = 3, .max_tokens = 24}, {}, nullptr, 7);
  const auto masker = masking::make_masker("random", {3, nullptr, {}});
  const masking::Masker* const only = masker.get();
  const auto first = [](std::int64_t) { return std::size_t{0}; };
  const auto whole = corpus.train_batch(5, 16, {&only, 1}, first, 64);
  for (const int world : {2, 3}) {
    std::multiset<std::vector<std::int64_t>> all;
    MaskStatistics sum;
    for (int rank = 0; rank < world; ++rank) {
      const auto part = corpus.train_batch(5, 16, {&only, 1}, first, 64, {rank, world});
      CHECK(part.tokens == whole.tokens);
      all.merge(contents(part.micro_batches));
      sum.add(part.statistics[0]);
    }
    CHECK(all == contents(whole.micro_batches));
    CHECK(sum.masked == whole.statistics[0].masked);
  }
  std::multiset<std::vector<std::int64_t>> validation;
  for (const int rank : {0, 1}) validation.merge(contents(corpus.validation_batches(9, *masker, 64, 0, {rank, 2})));
  CHECK(validation == contents(corpus.validation_batches(9, *masker, 64)));
}
