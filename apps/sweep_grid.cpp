#include "sweep_grid.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"

namespace cmgems::apps {
namespace {

using Words = std::vector<std::string>;

/// A file name has 255 bytes; the results of a stage put some before it and behind it.
constexpr std::size_t kLongestName = 150, kKept = 130;

/// At commas outside of brackets, braces and quotes.
Words split(const std::string& text) {
  Words parts{""};
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted) depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (c == ',' && !quoted && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string joined(const Words& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

/// What a folder may be named everywhere: letters, digits and a few signs, the rest as '_'. The end of a long name
/// gives way to a hash of it.
std::string folder_name(const Words& assignments) {
  std::string name = joined(assignments);
  for (char& c : name) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string("._=,+-").find(c) != std::string::npos;
    if (!plain) c = '_';
  }
  if (name.size() > kLongestName) name = name.substr(0, kKept) + "-" + sha256(joined(assignments)).substr(0, 12);
  return name.empty() ? "base" : name;
}

void refuse_key(const std::string& key) {
  if (key.starts_with("inputs.")) {
    throw UsageError("--vary " + key + ": inputs are the same for all points of a sweep; name them with their flags");
  }
  if (key == "finetune.shots" || key == "finetune.runs") {
    throw UsageError("--vary " + key + ": give --shots (a list) and --runs instead");
  }
  if (key == "finetune.seed") {
    throw UsageError("--vary " + key +
                     ": points are compared over the same draws; for others, give more --runs or --set " + key);
  }
  if (key == "finetune.baseline") {
    throw UsageError("--vary " + key +
                     ": a sweep scores its baselines beside the first point only, they need no model");
  }
}

}  // namespace

VariedKey parse_varied(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw UsageError("--vary '" + text + "': expected key=value,value,..., for example data.k=3,4,5");
  }
  VariedKey varied{text.substr(0, equals), split(text.substr(equals + 1))};
  refuse_key(varied.key);
  std::set<std::string> seen;
  for (const auto& value : varied.values) {
    if (value.empty()) throw UsageError("--vary '" + text + "': a value is empty");
    if (!seen.insert(value).second) throw UsageError("--vary '" + text + "': the value " + value + " is there twice");
  }
  return varied;
}

std::string SweepPoint::name() const { return joined(assignments); }

std::vector<SweepPoint> Sweep::points() const {
  std::vector<SweepPoint> list(1);
  for (const auto& [key, values] : varied) {
    std::vector<SweepPoint> longer;
    for (const auto& point : list) {
      for (const auto& value : values) {
        SweepPoint next = point;
        next.values.push_back(value);
        next.assignments.push_back(key + "=" + value);
        if (!key.starts_with("finetune.")) next.pretraining.push_back(key + "=" + value);
        longer.push_back(next);
      }
    }
    list = std::move(longer);
  }
  return list;
}

std::filesystem::path Sweep::pretraining(const SweepPoint& point) const {
  return folder / "pretrain" / folder_name(point.pretraining);
}

std::filesystem::path Sweep::fine_tuning(const SweepPoint& point, const FewShot& which) const {
  return folder / "finetune" / which.name() / folder_name(point.assignments);
}

std::vector<Stage> Sweep::stages() const {
  std::vector<Stage> list;
  std::set<std::filesystem::path> there;
  for (const auto& point : points()) {
    const auto run = pretraining(point);
    if (!there.insert(run).second) continue;
    list.push_back(pretraining_stage("pretrain " + folder_name(point.pretraining), run, recipe, point.pretraining));
  }
  for (const auto& which : few_shot) {
    bool first = true;
    for (const auto& point : points()) {
      const FewShotPlan plan{which, runs, pretraining(point), first ? R"(["kmer","majority"])" : "[]"};
      list.push_back(few_shot_stage("few-shot " + which.name() + " of " + folder_name(point.assignments),
                                    fine_tuning(point, which), recipe, point.assignments, plan));
      first = false;
    }
  }
  return list;
}

void check_grid(const Sweep& sweep) {
  check_few_shot(sweep.few_shot);
  std::set<std::string> keys, folders;
  for (const auto& varied : sweep.varied) {
    if (!keys.insert(varied.key).second) throw UsageError("--vary names " + varied.key + " twice: list all its values");
  }
  for (const auto& point : sweep.points()) {
    if (!folders.insert(folder_name(point.assignments)).second) {
      throw UsageError("--vary: the point " + point.name() + " would go into the folder of another one (" +
                       folder_name(point.assignments) + ")");
    }
  }
  const bool only_fine_tuning = std::all_of(sweep.varied.begin(), sweep.varied.end(),
                                            [](const auto& one) { return one.key.starts_with("finetune."); });
  if (only_fine_tuning && sweep.few_shot.empty()) {
    throw UsageError("--vary " + sweep.varied.front().key + " does nothing without --task");
  }
}

}  // namespace cmgems::apps
