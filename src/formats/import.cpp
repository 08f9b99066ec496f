#include "cmgems/formats/import.h"

#include <algorithm>
#include <map>

#include "vocabulary_file.h"

namespace cmgems::formats {
namespace {

namespace fs = std::filesystem;
using Use = PlacedTensor::Use;

bool has_tensor(const WeightFiles& weights, std::string_view prefix) {
  return std::ranges::any_of(weights.tensors,
                             [&](const auto& tensor) { return canonical_name(tensor.name).starts_with(prefix); });
}

/// One sentence for each reason to leave tensors out, and one for numbers that are converted.
std::vector<std::string> notes_on(const Placement& placement) {
  std::map<std::string, std::string> dropped;  // reason -> sentence
  std::size_t converted = 0;
  for (const auto& entry : placement.placed) {
    if (entry.use == Use::taken && entry.tensor.dtype != DType::f32) ++converted;
    if (entry.use != Use::dropped) continue;
    auto& sentence = dropped[entry.reason];
    sentence.append(sentence.empty() ? "left out (" + entry.reason + "): " : ", ").append(entry.tensor.name);
  }
  std::vector<std::string> notes;
  notes.reserve(dropped.size() + 1);
  for (const auto& [reason, sentence] : dropped) notes.push_back(sentence);
  if (converted > 0) notes.push_back("tensors converted to fp32: " + std::to_string(converted));
  return notes;
}

}  // namespace

ImportPlan plan_import(const ImportSource& source) {
  ImportPlan plan;
  plan.weights = open_weights(source.weights);
  const fs::path folder = fs::is_directory(source.weights) ? source.weights : source.weights.parent_path();
  const auto config = source.config.value_or(folder / "config.json");
  const auto vocabulary = source.vocabulary.value_or(vocabulary_path(folder));
  const bool classifier =
      has_tensor(plan.weights, "classifier.") && !has_tensor(plan.weights, "cls.predictions.transform.");
  plan.description = read_model_description(config, vocabulary, classifier ? Head::classifier : Head::configured);
  plan.wanted = model_tensors(plan.description.shape, plan.description.classes);
  plan.placement = place_tensors(plan.weights, plan.wanted);
  plan.notes = notes_on(plan.placement);
  return plan;
}

void write_import(const ImportPlan& plan, const fs::path& folder) {
  require_complete(plan.placement, plan.weights.path);
  std::vector<std::vector<float>> converted;  // owns what the views show
  std::vector<TensorView> tensors;
  for (std::size_t i = 0; i < plan.wanted.size(); ++i) {
    const auto& chosen = plan.placement.chosen[i];
    tensors.push_back({plan.wanted[i].name, DType::f32, chosen.shape, chosen.bytes});
    if (chosen.dtype == DType::f32) continue;
    converted.emplace_back(chosen.bytes.size() / bytes_of(chosen.dtype));
    copy_as_float(chosen, converted.back());
    tensors.back().bytes = std::as_bytes(std::span(converted.back()));
  }
  write_model_folder(folder, plan.description, tensors);
}

}  // namespace cmgems::formats
