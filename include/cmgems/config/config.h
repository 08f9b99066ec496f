// One strict JSON document composed of every layer's options. Precedence: built-in defaults < file < --set < flags.
// Unknown keys and words, wrong types and values out of bounds are errors with their path and the nearest known key;
// all problems of a document are listed at once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/config/input_options.h"
#include "cmgems/config/model_options.h"
#include "cmgems/config/train_options.h"
#include "cmgems/corpus/options.h"
#include "cmgems/curriculum/schedule.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/masking/options.h"
#include "cmgems/npmi/table.h"

namespace cmgems::config {

/// As the papers are written, or as their authors' code does it.
enum class Variant { paper, release };

struct Config {
  Variant variant = Variant::paper;  // preset of the options that apply_variant names; those given beside it win
  InputOptions inputs;
  genome::SyntheticOptions synthetic;
  ComputeOptions compute;
  corpus::DataOptions data;
  npmi::NpmiOptions npmi;
  ModelOptions model;
  masking::MaskingOptions masking;
  curriculum::CurriculumOptions curriculum;
  TrainOptions train;
  FinetuneOptions finetune;
  GueOptions gue;
};
void describe(OptionVisitor& visitor, Config& config);

/// Sets exactly masking.genemask.{rank_by, half, all_pmi_below}, masking.global.{rank_by, count}, masking.random_ids,
/// curriculum.rule and npmi.definition (to auto, which follows the variant). A document's `variant` does this before
/// any other key of that document counts.
void apply_variant(Config& config, Variant variant);

/// The NPMI definition that is asked for, by npmi.definition or by the variant release; none: whatever a named table
/// has, and paper where one is computed.
std::optional<npmi::Definition> definition_of(const Config& config);

/// What masking.strategy comes to: maskers and their schedule. REQUIRES: a valid configuration.
curriculum::Schedule schedule_of(const Config& config);

/// Applies a JSON document on top of `config`. `origin` is named in messages (a file path).
/// Throws: UsageError that lists every problem, one a line.
void apply_json(Config& config, std::string_view text, const std::string& origin);

/// Finds a configuration by path, else by name among the shipped ones; reads and applies it.
/// Throws: InputNotFound (with the shipped names), UsageError.
void apply_file(Config& config, const std::string& path_or_name);

/// Applies `key.path=value` assignments (values are JSON, or bare strings). Throws: UsageError, all problems at once.
void apply_assignments(Config& config, const std::vector<std::string>& assignments);

/// Checks across fields (window shorter than the model's positions, warm-up within the steps ...).
/// Throws: UsageError that lists every problem.
void validate(const Config& config);

/// The complete document with every key, indented; apply_json of it gives the same Config.
std::string to_json(const Config& config);

/// Folders in which shipped configurations are looked for: $CMGEMS_CONFIGS, beside the program
/// (../share/cmgems/configs), the source tree.
std::vector<std::filesystem::path> shipped_config_folders();

}  // namespace cmgems::config
