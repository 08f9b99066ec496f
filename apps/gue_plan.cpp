#include "gue_plan.h"

#include <algorithm>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/tasks/gue_data.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSpecialTokens = 2;  // [CLS] and [SEP]

/// What of a model decides which tokens of a row it sees.
struct Sight {
  std::size_t k;
  std::size_t positions;
};

Sight sight_of(const config::Config& config, const fs::path& model) {
  if (model.empty()) {
    const auto shape = config::shape_of(config.model, 5);
    return {static_cast<std::size_t>(config.data.k), static_cast<std::size_t>(shape.max_position_embeddings)};
  }
  const auto description = formats::read_model_description(model);
  return {static_cast<std::size_t>(description.k), static_cast<std::size_t>(description.shape.max_position_embeddings)};
}

std::size_t tokens_of(const tasks::Example& example, const Sight& sight) {
  const auto bases = example.sequence.size();
  return kSpecialTokens + (bases < sight.k ? 0 : bases - sight.k + 1);
}

void look_at_lengths(PlannedSet& planned, const tasks::GueData& data, const Sight& sight) {
  const auto limit = static_cast<std::size_t>(planned.set->max_tokens);
  std::size_t cut = 0, pieces = 0, all = 0;
  double tokens = 0;
  for (const auto* table : {&data.train, &data.dev, &data.test}) {
    for (const auto& example : table->examples) {
      const auto length = tokens_of(example, sight);
      ++all;
      cut += length > limit ? 1 : 0;
      pieces += std::min(length, limit) > sight.positions ? 1 : 0;
      tokens += static_cast<double>(std::min(length, limit));
    }
  }
  planned.tokens_per_step = tokens / static_cast<double>(all) * static_cast<double>(planned.plan.batch_size);
  const std::string of_all = " of " + std::to_string(all) + " rows have more than ";
  if (cut > 0) {
    planned.notes.push_back(std::to_string(cut) + of_all + std::to_string(limit) +
                            " tokens, the set's maximum: those behind are cut off");
  }
  if (pieces > 0) {
    planned.notes.push_back(
        std::to_string(pieces) + of_all + std::to_string(sight.positions) +
        " tokens, the model's maximum: they are cut into pieces, whose pooled outputs are averaged");
  }
}

PlannedSet look_through(const tasks::GueSet& set, const tasks::GueFiles& files, const config::Config& config,
                        const Sight& sight) {
  PlannedSet planned{&set, files, {}, 0, {}, {}, {}, 0};
  for (const auto& [name, path] : {std::pair{"train", files.train}, {"dev", files.dev}, {"test", files.test}}) {
    planned.hashes[name] = sha256(read_file(path));
  }
  const auto data = tasks::load_gue_data(set, files);
  planned.classes = data.classes;
  planned.rows = {data.train.examples.size(), data.dev.examples.size(), data.test.examples.size()};
  planned.notes = data.notes;
  planned.plan = train::gue_plan(set, config.gue, planned.rows[0]);
  look_at_lengths(planned, data, sight);
  return planned;
}

[[noreturn]] void nothing_there(const std::vector<const tasks::GueSet*>& sets, const fs::path& data) {
  std::string folders;
  for (const auto& folder : tasks::gue_folders(data)) folders += (folders.empty() ? "" : ", ") + folder.string();
  const auto first = sets.front()->path();
  throw InputNotFound("none of the " + std::to_string(sets.size()) + " GUE sets that were asked for is there: looked " +
                      "for " + first + "/{train,dev,test}.csv and so on in " + folders +
                      "; unpack the benchmark's GUE folder there, or name another data folder with --data");
}

}  // namespace

GueWork plan_gue(const config::Config& config, const fs::path& data, const fs::path& model) {
  const auto sets = tasks::choose_gue_sets(config.gue.sets);
  const auto sight = sight_of(config, model);
  GueWork work;
  for (const auto* set : sets) {
    const auto files = tasks::find_gue_files(*set, data);
    if (!files) {
      work.absent.push_back(set->path());
      continue;
    }
    work.sets.push_back(look_through(*set, *files, config, sight));
    log_debug(set->path() + ": " + format_count(work.sets.back().rows[0]) + " training rows from " +
              files->train.string());
  }
  if (work.sets.empty()) nothing_there(sets, data);
  return work;
}

}  // namespace cmgems::apps
