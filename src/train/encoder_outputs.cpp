#include "encoder_outputs.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "cmgems/nn/pieces.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::train {

EncoderOutputs encoder_outputs(nn::Classifier& model, const TokenRows& data, const nn::Runtime& runtime,
                               const std::function<void()>& after_batch) {
  const torch::NoGradGuard no_grad;
  EncoderOutputs outputs{{}, {0}};
  std::vector<at::Tensor> parts;
  std::int64_t pieces = 0;
  corpus::PieceBatcher batcher(
      nn::longest_piece(model->bert->shape), static_cast<std::size_t>(runtime.micro_batch_tokens),
      [&](const corpus::PieceBatch& batch) {
        nn::Pass pass = make_pass(runtime);
        parts.push_back(model->summary(nn::to_ragged(batch.windows, device_of(runtime)), pass));
        for (const auto& piece : batch.pieces) {
          ++pieces;
          if (piece.last) outputs.first.push_back(pieces);
        }
        after_batch();
      });
  for (const auto& tokens : data.tokens) batcher.add(tokens);
  batcher.finish();
  outputs.rows = at::cat(parts);
  return outputs;
}

at::Tensor classify_outputs(nn::Classifier& model, const EncoderOutputs& outputs, std::span<const std::size_t> wanted,
                            const corpus::SequenceBatch& batch, nn::Pass& pass) {
  std::vector<std::int64_t> pieces;
  for (const auto row : wanted) {
    for (auto piece = outputs.first[row]; piece < outputs.first[row + 1]; ++piece) pieces.push_back(piece);
  }
  const auto index = at::tensor(at::ArrayRef<std::int64_t>(pieces), at::kLong).to(outputs.rows.device());
  const auto pooled = model->pool(at::index_select(outputs.rows, 0, index), pass);
  return model->score(nn::mean_of_pieces(pooled, batch), pass);
}

}  // namespace cmgems::train
