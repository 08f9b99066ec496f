#include "cmgems/train/scoring.h"

#include <ATen/ops/softmax.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "cmgems/train/lm_step.h"

namespace cmgems::train {

std::vector<double> class_probabilities(nn::Classifier& model, const corpus::SequenceBatch& batch, nn::Average average,
                                        const nn::Runtime& runtime) {
  const torch::NoGradGuard no_grad;
  nn::Pass pass = make_pass(runtime);
  const auto scores = nn::classify(model, batch, average, device_of(runtime), pass);
  const auto rows = at::softmax(scores, -1).to(at::kCPU, at::kDouble).contiguous();
  const double* values = rows.const_data_ptr<double>();
  return {values, values + rows.numel()};
}

}  // namespace cmgems::train
