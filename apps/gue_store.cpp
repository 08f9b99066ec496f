#include "gue_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/hash.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/nn/device.h"
#include "fingerprint.h"
#include "version.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

/// What the results of a set depend on beside the model.
formats::Fingerprint fingerprint_of_data(const PlannedSet& set) {
  formats::Fingerprint fingerprint(set.hashes.begin(), set.hashes.end());
  fingerprint["cmgems"] = program_version();
  return fingerprint;
}

formats::Fingerprint fingerprint_of_fit(const GueInputs& inputs, const PlannedSet& set, bool random) {
  auto fingerprint = fingerprint_of_data(set);
  fingerprint["libtorch"] = nn::torch_version();
  fingerprint["model"] = inputs.model.empty() ? "random" : inputs.model_hash;
  fingerprint["weights"] = random || inputs.model.empty() ? "random" : "pretrained";
  const auto gue = nlohmann::json::parse(config::to_json(inputs.config)).at("gue");
  for (const char* key : {"learning_rate", "batch_size", "pooling"}) {
    fingerprint["gue." + std::string(key)] = gue.at(key).dump();
  }
  for (const auto& [key, value] : settings_of(inputs.config)) {
    const bool shape = key.starts_with("model.") || key == "data.k";
    if (key.starts_with("compute.") || (shape && inputs.model.empty())) fingerprint[key] = value;
  }
  return fingerprint;
}

/// What a training left must be that of this one, from its result to its newest checkpoint.
void check_stored(const fs::path& folder, const formats::Fingerprint& fingerprint) {
  if (stored_scores(folder, fingerprint)) return;
  for (const auto& entry : formats::list_checkpoints(folder, formats::Check::sizes)) {
    Accepted none;
    if (entry.whole()) return require_same(entry.manifest.fingerprint, fingerprint, {}, none);
  }
}

}  // namespace

bool is_trained(const std::string& kind) { return kind == "model" || kind == kRandomEncoder; }

fs::path folder_of_method(const fs::path& run, const tasks::GueSet& set, const std::string& kind,
                          std::optional<std::int64_t> seed) {
  const std::string name = std::string(set.group) + "-" + std::string(set.name) + "-" + kind;
  return run / "sets" / (seed ? name + "-seed" + std::to_string(*seed) : name);
}

formats::Fingerprint fingerprint_of_method(const GueInputs& inputs, const PlannedSet& set, const std::string& kind) {
  return is_trained(kind) ? fingerprint_of_fit(inputs, set, kind == kRandomEncoder) : fingerprint_of_data(set);
}

std::string hash_of_model(const fs::path& folder) {
  std::vector<fs::path> files{folder / "config.json"};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".safetensors" || extension == ".bin") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Sha256 hash;
  for (const auto& file : files) {
    const auto content = read_file(file);
    hash.update(content.data(), content.size());
  }
  return hash.finish();
}

void check_gue_run(const GueInputs& inputs) {
  auto kinds = inputs.config.gue.baseline;
  kinds.insert(kinds.begin(), "model");
  for (const auto& planned : inputs.work.sets) {
    for (const auto& kind : kinds) {
      const auto fingerprint = fingerprint_of_method(inputs, planned, kind);
      if (!is_trained(kind)) check_stored(folder_of_method(inputs.run, *planned.set, kind, {}), fingerprint);
      for (const auto seed : inputs.config.gue.seeds) {
        if (is_trained(kind)) check_stored(folder_of_method(inputs.run, *planned.set, kind, seed), fingerprint);
      }
    }
  }
}

}  // namespace cmgems::apps
