#include "cmgems/formats/model_weights.h"

#include <algorithm>
#include <map>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/safetensors.h"

namespace cmgems::formats {
namespace {

using Use = PlacedTensor::Use;

constexpr std::string_view kHeads[] = {"bert.pooler.", "cls.", "classifier."};
constexpr std::string_view kNextSentence = "cls.seq_relationship.";
constexpr std::string_view kPositionIds = "bert.embeddings.position_ids";
constexpr std::size_t kMostListed = 20;

/// A linear layer or a LayerNorm: weight, then bias.
void add_pair(std::vector<ModelTensor>& tensors, const std::string& name, std::vector<std::int64_t> weight) {
  const auto outputs = weight.front();
  tensors.push_back({name + ".weight", std::move(weight)});
  tensors.push_back({name + ".bias", {outputs}});
}

void add_layer(std::vector<ModelTensor>& tensors, const std::string& layer, const BertShape& shape) {
  const std::int64_t hidden = shape.hidden_size, wide = shape.intermediate_size;
  for (const char* part : {"query", "key", "value"})
    add_pair(tensors, layer + "attention.self." + part, {hidden, hidden});
  add_pair(tensors, layer + "attention.output.dense", {hidden, hidden});
  add_pair(tensors, layer + "attention.output.LayerNorm", {hidden});
  add_pair(tensors, layer + "intermediate.dense", {wide, hidden});
  add_pair(tensors, layer + "output.dense", {hidden, wide});
  add_pair(tensors, layer + "output.LayerNorm", {hidden});
}

/// Replaces the end of a name.
bool replace_end(std::string& name, std::string_view end, std::string_view by) {
  if (!name.ends_with(end)) return false;
  name.replace(name.size() - end.size(), end.size(), by);
  return true;
}

/// Why a tensor that is not wanted may be left out; empty when it may not.
std::string reason_to_drop(const std::string& name, const std::map<std::string, std::size_t>& wanted) {
  if (name == kPositionIds) return "a table of positions, no weight";
  if (name.starts_with(kNextSentence)) return "head of next-sentence prediction";
  for (const auto head : kHeads) {
    if (!name.starts_with(head)) continue;
    const auto next = wanted.lower_bound(std::string(head));
    const bool has_head = next != wanted.end() && next->first.starts_with(head);
    if (!has_head) return "belongs to a head that this model does not have";
  }
  return {};
}

/// What is wrong with a tensor in the place of `wanted`; empty when nothing is.
std::string misfit(const TensorView& tensor, const ModelTensor& wanted) {
  if (!is_floating(tensor.dtype)) return std::string(name_of(tensor.dtype)) + ", expected floating-point numbers";
  if (tensor.shape != wanted.shape) return shape_text(tensor.shape) + ", expected " + shape_text(wanted.shape);
  return {};
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kMostListed) text += " and " + std::to_string(names.size() - kMostListed) + " more";
  return text;
}

}  // namespace

std::vector<ModelTensor> model_tensors(const BertShape& shape, int classes) {
  const std::int64_t hidden = shape.hidden_size;
  std::vector<ModelTensor> tensors{
      {"bert.embeddings.word_embeddings.weight", {shape.vocab_size, hidden}},
      {"bert.embeddings.position_embeddings.weight", {shape.max_position_embeddings, hidden}},
      {"bert.embeddings.token_type_embeddings.weight", {shape.type_vocab_size, hidden}}};
  add_pair(tensors, "bert.embeddings.LayerNorm", {hidden});
  for (int i = 0; i < shape.num_hidden_layers; ++i) {
    add_layer(tensors, "bert.encoder.layer." + std::to_string(i) + ".", shape);
  }
  if (classes > 0) {
    add_pair(tensors, "bert.pooler.dense", {hidden, hidden});
    add_pair(tensors, "classifier", {classes, hidden});
  } else {
    tensors.push_back({"cls.predictions.bias", {shape.vocab_size}});
    add_pair(tensors, "cls.predictions.transform.dense", {hidden, hidden});
    add_pair(tensors, "cls.predictions.transform.LayerNorm", {hidden});
  }
  return tensors;
}

std::string canonical_name(std::string_view name) {
  constexpr std::string_view kParallel = "module.";
  while (name.starts_with(kParallel)) name.remove_prefix(kParallel.size());
  if (name == "cls.predictions.decoder.weight") return "bert.embeddings.word_embeddings.weight";
  if (name == "cls.predictions.decoder.bias") return "cls.predictions.bias";
  std::string result(name);
  replace_end(result, "LayerNorm.gamma", "LayerNorm.weight") || replace_end(result, "LayerNorm.beta", "LayerNorm.bias");
  return result;
}

Placement place_tensors(const WeightFiles& weights, std::span<const ModelTensor> wanted) {
  std::map<std::string, std::size_t> place_of, first_of;
  for (std::size_t i = 0; i < wanted.size(); ++i) place_of.emplace(wanted[i].name, i);
  Placement placement;
  placement.chosen.resize(wanted.size());
  for (const auto& tensor : weights.tensors) {
    PlacedTensor entry{tensor, canonical_name(tensor.name), Use::taken, {}};
    const auto [first, is_first] = first_of.emplace(entry.target, placement.placed.size());
    const auto place = place_of.find(entry.target);
    if (!is_first) {
      const auto& other = placement.placed[first->second].tensor;
      if (!same_content(other, tensor)) {
        throw DataError(weights.path.string() + ": '" + tensor.name + "' differs from '" + other.name +
                        "', but both are the model's " + entry.target +
                        "; a model whose weights are not tied is not supported");
      }
      entry.use = Use::copy;
      entry.reason = "equal to " + other.name;
    } else if (place == place_of.end()) {
      entry.reason = reason_to_drop(entry.target, place_of);
      entry.use = entry.reason.empty() ? Use::unexpected : Use::dropped;
    } else {
      entry.reason = misfit(tensor, wanted[place->second]);
      entry.use = entry.reason.empty() ? Use::taken : Use::wrong;
      placement.chosen[place->second] = tensor;
    }
    placement.placed.push_back(std::move(entry));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (placement.chosen[i].name.empty()) placement.missing.push_back(wanted[i].name);
  }
  return placement;
}

void require_complete(const Placement& placement, const std::filesystem::path& path) {
  std::vector<std::string> unexpected, wrong;
  for (const auto& entry : placement.placed) {
    if (entry.use == Use::unexpected) unexpected.push_back(entry.tensor.name);
    if (entry.use == Use::wrong) wrong.push_back(entry.tensor.name + " (" + entry.reason + ")");
  }
  std::string problems;
  const auto add = [&](const char* what, const std::vector<std::string>& names) {
    if (!names.empty()) problems += (problems.empty() ? " " : "; ") + std::string(what) + " " + listed(names);
  };
  add("missing", placement.missing);
  add("wrong shape or type", wrong);
  add("unexpected", unexpected);
  if (!problems.empty()) {
    throw DataError(path.string() + " does not fit its config.json:" + problems +
                    "; expected the tensors of BertForMaskedLM or BertForSequenceClassification");
  }
}

void write_model_folder(const std::filesystem::path& folder, const ModelDescription& description,
                        std::span<const TensorView> tensors) {
  write_folder_atomic(folder, [&](const std::filesystem::path& temporary) {
    write_safetensors(temporary / "model.safetensors", tensors);
    write_model_description(temporary, description);
  });
}

}  // namespace cmgems::formats
