#include "cmgems/infer/variants.h"

#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/genome/builder.h"
#include "cmgems/train/scoring.h"
#include "support/catch_torch.h"
#include "support/thrown.h"
#include "support/tiny_model.h"

using namespace cmgems;
using infer::VariantEffect;

namespace {

genome::Genome small_genome() {
  genome::GenomeBuilder builder;
  builder.begin_contig("chr1");
  builder.append("ACGTTGCATNTAAGGC");
  return builder.finish();
}

genome::Variant variant(std::uint64_t position, const std::string& reference, const std::string& contig = "chr1") {
  return {contig, position, ".", reference, {}, "v.vcf: line 3"};
}

std::vector<VariantEffect> effects(infer::Model& model, const std::vector<infer::VariantWindows>& windows) {
  std::vector<VariantEffect> all;
  infer::VariantScorer scorer(model, [&](const VariantEffect& effect) { all.push_back(effect); });
  for (const auto& each : windows) scorer.add(each);
  scorer.finish();
  return all;
}

/// Log probabilities that the model gives to `label` at each of the tokens, which are masked together.
double log_likelihood(infer::Model& model, const std::string& window, const std::vector<int>& masked) {
  auto ids = kmer::tokenize(model.vocabulary, window);
  const auto labels = ids;
  for (const int t : masked) ids[static_cast<std::size_t>(t)] = kmer::kMask;
  corpus::RaggedBatch batch;
  corpus::append_window(batch, ids);
  for (std::int64_t t = 0; t < static_cast<std::int64_t>(batch.tokens()); ++t) batch.masked.push_back(t);
  torch::NoGradGuard no_grad;
  nn::Pass pass;
  const auto logits =
      model.masked_lm->forward(nn::to_ragged(batch, at::kCPU), nn::select_masked(batch, at::kCPU), pass);
  const auto log_probabilities = torch::log_softmax(logits, -1);
  double sum = 0;
  for (const int t : masked) sum += log_probabilities[t + 1][labels[static_cast<std::size_t>(t)]].item<double>();
  return sum;
}

}  // namespace

TEST_CASE("windows have the same flanks around either allele", "[infer]") {
  const auto genome = small_genome();
  const genome::ContigReader reader(genome);
  const auto snp = infer::windows_of(genome, reader, variant(6, "C"), "A", 8);  // ACGTTG C ATNTAAGGC
  CHECK(snp.left == "TTG");                                                     // 7 bases of flanks: 3 before, 4 behind
  CHECK(snp.right == "ATNT");
  CHECK(snp.alternative_window() == "TTGAATNT");
  const auto insertion = infer::windows_of(genome, reader, variant(6, "C"), "CGG", 8);
  CHECK(insertion.left == "TG");
  CHECK(insertion.reference_window() == "TGCATN");
  CHECK(insertion.alternative_window() == "TGCGGATN");
  const auto written = infer::windows_of(genome, reader, variant(7, "at"), "u", 8);
  CHECK(written.reference == "AT");
  CHECK(written.alternative == "T");
  CHECK(written.variant.reference == "at");  // the spelling of the file stays
  CHECK(written.variant.alternatives.front() == "u");
  const auto deletion = infer::windows_of(genome, reader, variant(1, "CGT"), "C", 9);
  CHECK(deletion.left == "A");  // the contig begins there
  CHECK(deletion.reference_window() == "ACGTTGC");
  CHECK(deletion.alternative_window() == "ACTGC");
}

TEST_CASE("variants that do not belong to the genome are refused with their line", "[infer]") {
  const auto genome = small_genome();
  const genome::ContigReader reader(genome);
  const auto message = [&](const genome::Variant& wrong) {
    return test::message_of<DataError>([&] { infer::windows_of(genome, reader, wrong, "A", 9); });
  };
  CHECK(message(variant(6, "G")) ==
        "v.vcf: line 3: the reference allele of chr1:7 is 'G', but the genome has 'C' there; give the genome that was "
        "called against");
  CHECK_THAT(message(variant(1, "C", "1")), Catch::Contains("line 3: the genome has no contig '1'"));
  CHECK_THAT(message(variant(15, "CA")), Catch::Contains("position 16 lies beyond the 16 bases of contig 'chr1'"));
  CHECK(message(variant(9, "R")).empty());  // an ambiguous reference is N
}

TEST_CASE("a classifier gives the probabilities of both windows", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 3);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime(30));
  const auto genome = small_genome();
  const genome::ContigReader reader(genome);
  std::vector<infer::VariantWindows> windows;
  for (const std::string alternative : {"A", "CGG", "T"}) {
    windows.push_back(infer::windows_of(genome, reader, variant(6, "C"), alternative, 9));
  }
  const auto all = effects(model, windows);
  REQUIRE(all.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto alone = [&](const std::string& window) {
      std::vector<double> row;
      train::SequenceScorer scorer(model.classifier, nn::Average::pooled, model.runtime,
                                   [&](std::span<const double> values) { row.assign(values.begin(), values.end()); });
      scorer.add(model.vocabulary, window);
      scorer.finish();
      return row;
    };
    const auto reference = alone(windows[i].reference_window()), alternative = alone(windows[i].alternative_window());
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(all[i].reference[c] == Approx(reference[c]).epsilon(1e-5));
      CHECK(all[i].alternative[c] == Approx(alternative[c]).epsilon(1e-5));
    }
  }
  CHECK(all[0].reference != all[0].alternative);
  for (const auto& effect : all) {  // of two probabilities or more the differences sum to 0, not to their rounding
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += effect.alternative[c] - effect.reference[c];
    CHECK(std::abs(sum) < 1e-14);
  }
}

TEST_CASE("alleles without a k-mer of bases, and short windows, cannot be scored", "[infer]") {
  const kmer::Vocabulary vocabulary(3);
  const auto of = [&](const std::string& left, const std::string& reference, const std::string& alternative,
                      const std::string& right) {
    return infer::scorable({{}, reference, alternative, left, right}, vocabulary);
  };
  CHECK(of("AC", "G", "T", "AC") == infer::Scorable::yes);
  CHECK(of("", "G", "T", "AC") == infer::Scorable::yes);
  CHECK(of("", "G", "T", "A") == infer::Scorable::too_short);
  CHECK(of("", "GAC", "G", "A") == infer::Scorable::too_short);  // the alternative's window alone
  CHECK(of("ACG", "G", "N", "ACG") == infer::Scorable::ambiguous);
  CHECK(of("ACG", "N", "G", "ACG") == infer::Scorable::ambiguous);
  CHECK(of("AACN", "G", "T", "NACC") == infer::Scorable::ambiguous);  // NG, GN: no 3-mer
  CHECK(of("AACN", "G", "T", "ACC") == infer::Scorable::yes);         // GAC
  CHECK(of("NA", "G", "T", "ANACG") == infer::Scorable::yes);         // AGA
}

TEST_CASE("what is not finite is no effect", "[infer]") {
  const auto genome = small_genome();
  const genome::ContigReader reader(genome);
  const auto snp = infer::windows_of(genome, reader, variant(6, "C"), "A", 9);
  for (const int classes : {0, 2}) {
    test::TemporaryFolder folder;
    test::write_tiny_model(folder.path() / "m", classes);
    auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
    model.encoder()->embeddings->layer_norm->bias.data().fill_(std::nan(""));
    CHECK_THAT(test::message_of<DataError>([&] { effects(model, {snp}); }),
               Catch::StartsWith("v.vcf: line 3: the model's answer is no finite number"));
  }
}

TEST_CASE("a masked language model gives the likelihood of the allele's tokens, masked together", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 0);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  const auto genome = small_genome();
  const genome::ContigReader reader(genome);
  const auto snp = infer::windows_of(genome, reader, variant(5, "G"), "A", 9);
  REQUIRE(snp.reference_window() == "CGTTGCATN");
  const auto deletion = infer::windows_of(genome, reader, variant(4, "TGC"), "T", 9);
  REQUIRE(deletion.reference_window() == "CGTTGCATN");
  REQUIRE(deletion.alternative_window() == "CGTTATN");
  const auto all = effects(model, {snp, deletion});
  REQUIRE(all.size() == 2);
  // base 4 of the window lies in the 3-mers 2, 3 and 4
  CHECK(all[0].reference_tokens == 3);
  CHECK(all[0].alternative_tokens == 3);
  CHECK(all[0].reference_log_likelihood == Approx(log_likelihood(model, "CGTTGCATN", {2, 3, 4})).epsilon(1e-5));
  CHECK(all[0].alternative_log_likelihood == Approx(log_likelihood(model, "CGTTACATN", {2, 3, 4})).epsilon(1e-5));
  // bases 3 to 5 lie in the 3-mers 1 to 5; after the deletion base 3 lies in 1 to 3
  CHECK(all[1].reference_tokens == 5);
  CHECK(all[1].alternative_tokens == 3);
  CHECK(all[1].reference_log_likelihood == Approx(log_likelihood(model, "CGTTGCATN", {1, 2, 3, 4, 5})).epsilon(1e-5));
  CHECK(all[1].alternative_log_likelihood == Approx(log_likelihood(model, "CGTTATN", {1, 2, 3})).epsilon(1e-5));
  // next to an N some tokens are [UNK]: they are not asked for
  const auto beside = effects(model, {infer::windows_of(genome, reader, variant(8, "T"), "G", 9)});
  CHECK(beside[0].reference_tokens == 1);
}
