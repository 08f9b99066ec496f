// The Genome Understanding Evaluation (Zhou et al. 2023): 28 labelled sets, how each is trained on (the protocol of
// DNABERT-2's finetune/train.py for DNABERT) and where its files lie.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cmgems::tasks {

/// As the tables of CM-GEMS divide them.
enum class Species { human, other };
enum class HeadlineMetric { mcc, f1 };

struct GueSet {
  std::string_view group;  // folder: EMP, prom, splice, virus, mouse, tf
  std::string_view name;   // folder in it
  Species species;
  int classes;
  int max_tokens;  // [CLS] and [SEP] included: longer sequences are cut off behind
  std::int64_t epochs;
  std::int64_t steps;       // 0 = as many as the epochs have; else exactly so many, whatever the epochs
  std::int64_t eval_steps;  // distance of two measurements on dev
  std::int64_t warmup_steps;
  HeadlineMetric metric;
  std::array<std::size_t, 3> rows;  // published: train, dev, test; 0 = not known

  /// GROUP/NAME
  std::string path() const { return std::string(group) + "/" + std::string(name); }
};

/// All of them, in the order of the paper's tables.
const std::vector<GueSet>& gue_sets();

std::string_view species_word(Species species);
std::string_view metric_word(HeadlineMetric metric);

/// The sets that `words` name, each once, in the table's order: all, a group (tf), a path (tf/4), or a name that only
/// one set has (prom_core_tata); each may be a list with commas.
/// Throws: UsageError (nothing named, an unknown word with the nearest or all known ones, a name of several sets).
std::vector<const GueSet*> choose_gue_sets(const std::vector<std::string>& words);

struct GueFiles {
  std::filesystem::path train, dev, test;
};

/// Folders that may hold the groups: D/gue/GUE, D/GUE, D.
std::vector<std::filesystem::path> gue_folders(const std::filesystem::path& data_folder);

/// GROUP/NAME/{train,dev,test}.csv (or .tsv) in the first of gue_folders that has all three; none when there is none.
std::optional<GueFiles> find_gue_files(const GueSet& set, const std::filesystem::path& data_folder);

}  // namespace cmgems::tasks
