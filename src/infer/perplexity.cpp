#include "cmgems/infer/perplexity.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::infer {
namespace {

/// The contig that a position of the packed genome lies in.
std::uint32_t contig_of(const genome::Genome& genome, std::uint64_t position) {
  const auto& segments = genome.segments();
  const auto behind = std::partition_point(segments.begin(), segments.end(),
                                           [position](const auto& segment) { return segment.begin <= position; });
  return std::prev(behind)->contig;
}

/// Windows of one batch, and the contig of each.
struct Batch {
  corpus::RaggedBatch tokens;
  std::vector<std::uint32_t> contigs;
};

void add_losses(Model& model, const Batch& batch, const genome::Genome& genome, std::vector<MaskedLoss>& contigs) {
  const auto losses = train::masked_losses(model.masked_lm, batch.tokens, model.runtime);
  const auto& edges = batch.tokens.cu_seqlens;
  std::size_t next = 0;
  for (std::size_t w = 0; w < batch.contigs.size(); ++w) {
    MaskedLoss& loss = contigs[batch.contigs[w]];
    ++loss.windows;
    loss.tokens += static_cast<std::uint64_t>(edges[w + 1] - edges[w] - 2);
    for (; next < losses.size() && batch.tokens.masked[next] < edges[w + 1]; ++next) {
      check_finite(std::span(losses).subspan(next, 1), "record '" + genome.contigs()[batch.contigs[w]].name + "'");
      ++loss.masked;
      loss.sum += losses[next];
    }
  }
}

}  // namespace

void MaskedLoss::add(const MaskedLoss& other) {
  windows += other.windows;
  tokens += other.tokens;
  masked += other.masked;
  sum += other.sum;
}

std::vector<MaskedLoss> measure(Model& model, const corpus::ExampleMaker& maker, std::span<const KeyedWindow> windows,
                                const std::function<void(std::size_t)>& after_batch) {
  if (model.classifies()) {
    throw UsageError("the model is a classifier, whose masked-language-model head is gone: name the pretrained model");
  }
  std::vector<MaskedLoss> contigs(maker.genome.contigs().size());
  const auto budget = static_cast<std::size_t>(model.runtime.micro_batch_tokens);
  Batch batch;
  corpus::MaskStatistics ignored;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto& [window, index] = windows[i];
    if (!batch.contigs.empty() && batch.tokens.tokens() + window.tokens + 2 > budget) {
      add_losses(model, batch, maker.genome, contigs);
      batch = {};
      after_batch(i);
    }
    corpus::append_example(batch.tokens,
                           maker.make(window, Purpose::validation_mask, corpus::kValidationEpoch, index, ignored));
    batch.contigs.push_back(contig_of(maker.genome, window.begin));
  }
  if (!batch.contigs.empty()) add_losses(model, batch, maker.genome, contigs);
  after_batch(windows.size());
  return contigs;
}

}  // namespace cmgems::infer
