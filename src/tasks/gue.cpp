#include "cmgems/tasks/gue.h"

#include <algorithm>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/base/options.h"

namespace cmgems::tasks {
namespace {

namespace fs = std::filesystem;

/// What the sets of a group share; sets that differ say so in the table.
GueSet emp(std::string_view name, std::size_t train, std::size_t rest) {
  return {"EMP", name, Species::other, 2, 512, 3, 0, 200, 50, HeadlineMetric::mcc, {train, rest, rest}};
}

GueSet prom(std::string_view name, int max_tokens, bool tata, std::size_t train, std::size_t rest) {
  const std::int64_t epochs = tata ? 10 : 4, eval_steps = tata ? 200 : 400;
  return {
      "prom", name, Species::human, 2, max_tokens, epochs, 0, eval_steps, 50, HeadlineMetric::mcc, {train, rest, rest}};
}

GueSet tf(std::string_view name, std::size_t train) {
  return {"tf", name, Species::human, 2, 110, 3, 0, 200, 30, HeadlineMetric::mcc, {train, 1000, 1000}};
}

GueSet mouse(std::string_view name, std::size_t train, std::size_t rest) {
  return {"mouse", name, Species::other, 2, 110, 5, 1000, 200, 30, HeadlineMetric::mcc, {train, rest, rest}};
}

std::vector<GueSet> make_sets() {
  return {prom("prom_300_all", 310, false, 47356, 5920),
          prom("prom_300_notata", 310, false, 42452, 5307),
          prom("prom_300_tata", 310, true, 4904, 613),
          prom("prom_core_all", 80, false, 47356, 5920),
          prom("prom_core_notata", 80, false, 42452, 5307),
          prom("prom_core_tata", 80, true, 4904, 613),
          tf("0", 32378),
          tf("1", 30672),
          tf("2", 19000),
          tf("3", 27294),
          tf("4", 19000),
          {"splice", "reconstructed", Species::human, 3, 410, 5, 0, 200, 50, HeadlineMetric::mcc, {36496, 4562, 4562}},
          emp("H3", 11971, 1497),
          emp("H3K14ac", 26438, 3305),
          emp("H3K36me3", 27904, 3488),
          emp("H3K4me1", 25341, 3168),
          emp("H3K4me2", 24545, 3069),
          emp("H3K4me3", 29439, 3680),
          emp("H3K79me3", 23069, 2884),
          emp("H3K9ac", 22224, 2779),
          emp("H4", 11679, 1461),
          emp("H4ac", 27275, 3410),
          mouse("0", 6478, 810),
          mouse("1", 53952, 6745),
          mouse("2", 2620, 328),
          mouse("3", 1904, 239),
          mouse("4", 15064, 1883),
          {"virus", "covid", Species::other, 9, 1024, 9, 0, 200, 50, HeadlineMetric::f1, {0, 0, 0}}};
}

std::vector<std::string> split_at_commas(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  for (const auto& word : words) {
    for (std::size_t begin = 0; begin <= word.size();) {
      const auto end = std::min(word.find(',', begin), word.size());
      if (end > begin) parts.push_back(word.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return parts;
}

std::string joined(const std::vector<std::string>& names, std::string_view separator) {
  std::string text;
  for (const auto& name : names) (text += text.empty() ? "" : separator) += name;
  return text;
}

[[noreturn]] void unknown_word(const std::string& word) {
  std::vector<std::string> known{"all"};
  for (const auto& set : gue_sets()) {
    if (std::find(known.begin(), known.end(), set.group) == known.end()) known.emplace_back(set.group);
  }
  std::vector<std::string> paths;
  for (const auto& set : gue_sets()) paths.push_back(set.path());
  known.insert(known.end(), paths.begin(), paths.end());
  std::vector<std::string_view> candidates(known.begin(), known.end());
  for (const auto& set : gue_sets()) candidates.push_back(set.name);
  const auto near = nearest(word, candidates);
  throw UsageError("unknown GUE set '" + word + "'" +
                   (near.empty() ? "; known are " + joined(known, ", ") : "; did you mean " + std::string(near) + "?"));
}

/// The sets of one word.
std::vector<const GueSet*> sets_of(const std::string& word) {
  std::vector<const GueSet*> groups, names;
  for (const auto& set : gue_sets()) {
    if (word == "all" || word == set.group) groups.push_back(&set);
    if (word == set.name || word == set.path()) names.push_back(&set);
  }
  if (!groups.empty()) return groups;
  if (names.empty()) unknown_word(word);
  if (names.size() > 1) {
    std::vector<std::string> paths;
    paths.reserve(names.size());
    for (const auto* set : names) paths.push_back(set->path());
    throw UsageError("several GUE sets are called '" + word + "': choose " + joined(paths, " or "));
  }
  return names;
}

/// STEM.csv or STEM.tsv; empty when there is none.
fs::path table_in(const fs::path& folder, const std::string& stem) {
  for (const char* extension : {".csv", ".tsv"}) {
    if (fs::is_regular_file(folder / (stem + extension))) return folder / (stem + extension);
  }
  return {};
}

}  // namespace

const std::vector<GueSet>& gue_sets() {
  static const std::vector<GueSet> sets = make_sets();
  return sets;
}

std::string_view species_word(Species species) { return species == Species::human ? "human" : "other"; }
std::string_view metric_word(HeadlineMetric metric) { return metric == HeadlineMetric::mcc ? "mcc" : "f1"; }

std::vector<const GueSet*> choose_gue_sets(const std::vector<std::string>& words) {
  std::set<const GueSet*> wanted;
  for (const auto& word : split_at_commas(words)) {
    for (const auto* set : sets_of(word)) wanted.insert(set);
  }
  if (wanted.empty()) throw UsageError("no GUE set was named: give all, a group (tf) or sets (prom_core_tata,tf/4)");
  std::vector<const GueSet*> chosen;
  for (const auto& set : gue_sets()) {
    if (wanted.contains(&set)) chosen.push_back(&set);
  }
  return chosen;
}

std::vector<fs::path> gue_folders(const fs::path& data_folder) {
  return {data_folder / "gue" / "GUE", data_folder / "GUE", data_folder};
}

std::optional<GueFiles> find_gue_files(const GueSet& set, const fs::path& data_folder) {
  for (const auto& parent : gue_folders(data_folder)) {
    const auto folder = parent / set.group / set.name;
    GueFiles files{table_in(folder, "train"), table_in(folder, "dev"), table_in(folder, "test")};
    if (!files.train.empty() && !files.dev.empty() && !files.test.empty()) return files;
  }
  return std::nullopt;
}

}  // namespace cmgems::tasks
