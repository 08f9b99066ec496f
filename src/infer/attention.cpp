#include "cmgems/infer/attention.h"

#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::infer {

std::vector<double> AttentionMaps::mean_over_heads(std::size_t index) const {
  const auto size = ids.size() * ids.size(), count = static_cast<std::size_t>(heads);
  std::vector<double> mean(size, 0);
  for (std::size_t head = 0; head < count; ++head) {
    const float* map = values.data() + (index * count + head) * size;
    for (std::size_t i = 0; i < size; ++i) mean[i] += map[i];
  }
  for (double& value : mean) value /= static_cast<double>(heads);
  return mean;
}

std::vector<int> parse_layers(const std::string& text, int layers) {
  std::vector<int> chosen;
  if (text == "all") {
    for (int layer = 0; layer < layers; ++layer) chosen.push_back(layer);
    return chosen;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    int layer = -1;
    const auto [rest, error] = std::from_chars(text.data() + begin, text.data() + end, layer);
    if (error != std::errc{} || rest != text.data() + end || layer < 0 || layer >= layers) {
      throw UsageError("layers '" + text + "': expected all, or numbers from 0 to " + std::to_string(layers - 1) +
                       " with commas between them");
    }
    chosen.push_back(layer);
    begin = end + 1;
  }
  return chosen;
}

void check_one_window(const Model& model, const tasks::SequenceRecord& record) {
  const auto tokens = tokens_of(model, record).size();
  if (tokens <= model.longest) return;
  throw DataError(record.place + " has " + std::to_string(tokens) + " k-mers: attention is shown of at most " +
                  std::to_string(model.longest) + ", one window of the model; shorten the sequence");
}

AttentionMaps attention_of(const Model& model, const tasks::SequenceRecord& record, const std::vector<int>& layers) {
  check_one_window(model, record);
  corpus::RaggedBatch window;
  corpus::append_window(window, tokens_of(model, record));
  const torch::NoGradGuard no_grad;
  nn::Pass pass = train::make_pass(model.runtime);
  const auto batch = nn::to_ragged(window, train::device_of(model.runtime));
  const auto maps = model.encoder()->attentions(batch, layers, pass).to(at::kCPU, at::kFloat).contiguous();
  const float* values = maps.const_data_ptr<float>();
  check_finite(std::span(values, static_cast<std::size_t>(maps.numel())), record.place);
  return {layers, maps.size(1), {window.ids.begin(), window.ids.end()}, {values, values + maps.numel()}};
}

std::vector<double> base_importance(const AttentionMaps& maps, int k) {
  const auto last = maps.mean_over_heads(maps.layers.size() - 1);
  const std::size_t kmers = maps.ids.size() - 2, reach = static_cast<std::size_t>(k);
  std::vector<double> importance(kmers + reach - 1, 0);
  double squares = 0;
  for (std::size_t base = 0; base < importance.size(); ++base) {
    const std::size_t first = base + 1 >= reach ? base + 1 - reach : 0, end = std::min(base + 1, kmers);
    for (std::size_t t = first; t < end; ++t) importance[base] += last[t + 1];  // row 0 is [CLS], column 0 too
    importance[base] /= static_cast<double>(end - first);
    squares += importance[base] * importance[base];
  }
  for (double& value : importance) value /= squares > 0 ? std::sqrt(squares) : 1;
  return importance;
}

}  // namespace cmgems::infer
