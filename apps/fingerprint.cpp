#include "fingerprint.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/options.h"
#include "cmgems/nn/device.h"
#include "version.h"

namespace cmgems::apps {
namespace {

using formats::Fingerprint;

constexpr const char* kSections[] = {"compute", "data", "model", "masking", "curriculum", "train"};
const std::set<std::string>& without_effect() {
  static const std::set<std::string> keys{"data.include",           "data.exclude",      "train.save_steps",
                                          "train.save_minutes",     "compute.interface", "compute.rank_timeout",
                                          "compute.shard_optimizer"};
  return keys;
}

/// "/train/max_steps" -> "train.max_steps"
std::string dotted(const std::string& pointer) {
  std::string path = pointer.substr(1);
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

std::string value_in(const Fingerprint& fingerprint, const std::string& field) {
  const auto found = fingerprint.find(field);
  return found == fingerprint.end() ? "absent" : found->second;
}

std::set<std::string> fields_of(const Fingerprint& before, const Fingerprint& now) {
  std::set<std::string> fields;
  for (const auto* fingerprint : {&before, &now}) {
    for (const auto& [field, value] : *fingerprint) fields.insert(field);
  }
  return fields;
}

void require_known(const std::set<std::string>& fields, const std::vector<std::string>& allowed) {
  for (const auto& name : allowed) {
    if (fields.contains(name)) continue;
    const auto near = nearest(name, {fields.begin(), fields.end()});
    throw UsageError("--allow-mismatch " + name + ": there is no such field" +
                     (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
  }
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// An interrupted continuation goes on from the same checkpoint to the same value.
bool was_accepted(const Accepted& accepted, const std::string& field, const std::string& was, const std::string& is) {
  const auto found = accepted.find(field);
  return found != accepted.end() && !found->second.empty() && found->second.back() == is &&
         contains(found->second, was);
}

void accept(std::vector<std::string>& values, const std::string& was, const std::string& is) {
  if (!contains(values, was)) values.push_back(was);
  std::erase(values, is);
  values.push_back(is);
}

}  // namespace

Fingerprint settings_of(const config::Config& config) {
  const auto document = nlohmann::json::parse(config::to_json(config));
  Fingerprint settings;
  for (const auto* section : kSections) {
    const auto flat = nlohmann::json{{section, document.at(section)}}.flatten();  // outlives the loop over it
    for (const auto& [pointer, value] : flat.items()) {
      if (!without_effect().contains(dotted(pointer))) settings[dotted(pointer)] = value.dump();
    }
  }
  return settings;
}

Fingerprint fingerprint_of(const config::Config& config, const std::map<std::string, std::string>& hashes, int world) {
  Fingerprint fingerprint = settings_of(config);
  for (const auto& [input, hash] : hashes) fingerprint[input] = hash;
  fingerprint["cmgems"] = program_version();
  fingerprint["libtorch"] = nn::torch_version();
  fingerprint["world_size"] = std::to_string(world);
  return fingerprint;
}

std::string hash_of_table(const npmi::Table& table) {
  Sha256 hash;
  hash.update(table.npmi.data(), table.npmi.size() * sizeof(double));
  hash.update(table.rank.data(), table.rank.size() * sizeof(std::int32_t));
  return hash.finish();
}

void require_same(const Fingerprint& before, const Fingerprint& now, const std::vector<std::string>& allowed,
                  Accepted& accepted) {
  const auto fields = fields_of(before, now);
  require_known(fields, allowed);
  std::string differences;
  for (const auto& field : fields) {
    const auto was = value_in(before, field), is = value_in(now, field);
    if (was == is || was_accepted(accepted, field, was, is)) continue;
    if (contains(allowed, field)) {
      accept(accepted[field], was, is);
      continue;
    }
    differences += "\n  " + field + " was " + was + ", is " + is;
  }
  if (differences.empty()) return;
  throw UsageError("the run cannot continue as it began:" + differences +
                   "\nrestore what was there, or accept each difference with --allow-mismatch FIELD");
}

}  // namespace cmgems::apps
