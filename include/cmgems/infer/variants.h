// What a model makes of a variant: class probabilities or log-likelihood with the alternative allele against those with
// the reference one, in the same surroundings.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmgems/genome/contig_reader.h"
#include "cmgems/genome/variant_file.h"
#include "cmgems/infer/model.h"

namespace cmgems::infer {

/// One alternative of a variant, and the two sequences that are compared: the same flanks around either allele.
struct VariantWindows {
  genome::Variant variant;             // as it is written, whose alternatives are this one alone
  std::string reference, alternative;  // in upper case, U as T, ambiguous letters as N
  std::string left, right;             // flanks

  std::string reference_window() const { return left + reference + right; }
  std::string alternative_window() const { return left + alternative + right; }
};

/// Whether a model can be asked about both windows.
enum class Scorable {
  yes,
  ambiguous,  // every k-mer with a base of one of the alleles has a letter that is no base, there or beside it
  too_short,  // one of the windows has fewer than k bases
};
Scorable scorable(const VariantWindows& windows, const kmer::Vocabulary& vocabulary);

/// Flanks of an alternative such that the longer window has `context` bases, the variant in its middle; shorter at the
/// ends of a contig.
/// Throws: DataError (unknown contig, position beyond its end, reference that the genome does not have).
VariantWindows windows_of(const genome::Genome& genome, const genome::ContigReader& reader,
                          const genome::Variant& variant, const std::string& alternative, std::uint64_t context);

/// What came out for one alternative.
struct VariantEffect {
  const VariantWindows& windows;
  // classifier: probabilities of each class
  std::vector<double> reference, alternative;
  // masked language model: sums of log probabilities over the tokens that hold a base of the allele, all masked
  double reference_log_likelihood = 0, alternative_log_likelihood = 0;
  std::int64_t reference_tokens = 0, alternative_tokens = 0;  // [UNK] left out
};

class VariantScorer {
 public:
  using Take = std::function<void(const VariantEffect&)>;
  /// `model` must outlive it.
  VariantScorer(Model& model, Take take);
  /// REQUIRES: windows that fit the model's positions and are scorable.
  /// Throws: DataError (an answer that is not finite).
  void add(VariantWindows windows);
  /// Tells what is left.
  void finish();

 private:
  void score_classes();
  void score_likelihoods();
  Model& model_;
  Take take_;
  std::vector<VariantWindows> waiting_;
  std::size_t tokens_ = 0;
};

}  // namespace cmgems::infer
