// Where the inputs of a command come from when they are not named: what each default resolves to is logged and stored.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/genome/builder.h"
#include "command.h"

namespace cmgems::apps {

/// Fills inputs.genome when it is empty: the one genome file in $CMGEMS_DATA/genome or ./data/genome.
/// Throws: InputNotFound (none or several: what was looked for, and the command to type).
void resolve_genome(config::Config& config, const Session& session);
/// Files, or builtin:synthetic, within data.include and data.exclude. Throws as genome::read_genome does.
genome::Genome load_genome(const config::Config& config);
/// The same bases without data.include and data.exclude, into a builder.
void append_genome(genome::GenomeBuilder& builder, const config::Config& config);
/// data.include and data.exclude. Throws as genome::BedFile does.
genome::Regions regions_of(const config::Config& config);

/// Genome files (.fa .fasta .fna, also .gz, and .2bit) of a folder, sorted; empty when there is no such folder.
std::vector<std::filesystem::path> genome_files(const std::filesystem::path& folder);
/// Folders in which a genome is looked for, in order.
std::vector<std::filesystem::path> genome_folders(const config::Config& config);

/// inputs.data, else $CMGEMS_DATA, else ./data; stored in the configuration.
std::filesystem::path resolve_data(config::Config& config);

/// The model folder that `given` is, or that of the run folder that it is. Throws: InputNotFound.
std::filesystem::path model_folder_of(const std::string& given);

/// A model folder: that of inputs.model (a model folder or a run folder), else the newest finished pretraining under
/// ./runs. Empty for "random". Stored in the configuration.
/// Throws: InputNotFound.
std::filesystem::path resolve_model(config::Config& config, const Session& session);
/// The words between the commas of a flag; blank ones are left out.
std::vector<std::string> words_of(const std::string& list);
/// `key` set to words_of a flag, for config::apply_assignments.
std::string words_assignment(const std::string& key, const std::string& list);

/// Newest runs/*/model that holds a masked language model, empty when there is none.
std::filesystem::path newest_pretraining();

}  // namespace cmgems::apps
