#include "inputs.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/genome/reader.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/counter.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSynthetic = "builtin:synthetic";

bool is_genome_file(const fs::path& path) {
  fs::path name = path.filename();
  if (name.extension() == ".gz") name = name.stem();
  const auto extension = name.extension();
  if (path.extension() == ".2bit") return true;
  return extension == ".fa" || extension == ".fasta" || extension == ".fna";
}

std::string joined(const std::vector<fs::path>& paths, const std::string& separator) {
  std::string text;
  for (const auto& path : paths) text += (text.empty() ? "" : separator) + path.string();
  return text;
}

[[noreturn]] void no_genome(const std::vector<fs::path>& folders, const Session& session) {
  throw InputNotFound("no genome was given, and no .fa, .fasta, .fna (also .gz) or .2bit file was found in " +
                      joined(folders, " or ") + ". Name one: " + command_text(session) +
                      " --genome GENOME.fa (without a file: --genome " + kSynthetic + ")");
}

/// A pretrained model and no classifier; anything unreadable is no candidate.
bool is_pretraining(const fs::path& model) {
  if (!fs::exists(model / "config.json")) return false;
  try {
    return formats::read_model_description(model).classes == 0;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

fs::path model_folder_of(const std::string& given) {
  const fs::path path(given);
  if (fs::exists(path / "model" / "config.json")) return path / "model";
  if (fs::exists(path / "config.json") && !fs::exists(path / "run.json")) return path;
  if (fs::exists(path / "run.json")) {
    throw InputNotFound("the run " + given + " has no model: it did not finish. Choose another one with --model");
  }
  throw InputNotFound("no model at " + given +
                      ": expected a run folder (with model/) or a model folder (with "
                      "config.json and model.safetensors)");
}

std::vector<fs::path> genome_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored) && is_genome_file(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> genome_folders(const config::Config& config) {
  std::vector<fs::path> folders;
  if (config.inputs.data) folders.push_back(fs::path(*config.inputs.data) / "genome");
  if (const char* data = std::getenv("CMGEMS_DATA")) folders.push_back(fs::path(data) / "genome");
  folders.push_back(fs::path("data") / "genome");
  return folders;
}

void resolve_genome(config::Config& config, const Session& session) {
  auto& genome = config.inputs.genome;
  if (genome.empty()) {
    const auto folders = genome_folders(config);
    std::vector<fs::path> files;
    for (auto folder = folders.begin(); files.empty() && folder != folders.end(); ++folder)
      files = genome_files(*folder);
    if (files.empty()) no_genome(folders, session);
    if (files.size() > 1) {
      throw InputNotFound("no genome was given, and several were found: " + joined(files, ", ") +
                          ". Name one: " + command_text(session) + " --genome " + files.front().string());
    }
    genome = {files.front().string()};
    log_info("genome: " + files.front().string() + " (default: the one genome file found)");
  }
  for (auto& file : genome) file = absolute_path(file);
  for (auto* regions : {&config.data.include, &config.data.exclude}) {
    if (*regions) *regions = absolute_path(**regions);
  }
}

void append_genome(genome::GenomeBuilder& builder, const config::Config& config) {
  const auto& names = config.inputs.genome;
  if (names.size() == 1 && names.front() == kSynthetic) return append_synthetic(builder, config.synthetic);
  for (const auto& name : names) {
    std::error_code missing;
    const auto bytes = fs::file_size(name, missing);
    if (!missing) log_debug("reading " + name + ", " + format_count(bytes) + " bytes");
  }
  const int threads = kmer::threads_for_counting(static_cast<int>(config.compute.threads));
  genome::append_files(builder, {names.begin(), names.end()}, threads);
}

genome::Regions regions_of(const config::Config& config) { return {config.data.include, config.data.exclude}; }

genome::Genome load_genome(const config::Config& config) {
  genome::GenomeBuilder builder;
  builder.restrict_to(regions_of(config));
  append_genome(builder, config);
  return builder.finish();
}

fs::path resolve_data(config::Config& config) {
  if (!config.inputs.data) {
    const char* data = std::getenv("CMGEMS_DATA");
    config.inputs.data = data != nullptr ? data : "data";
    log_info("data: " + *config.inputs.data + (data != nullptr ? " (default: $CMGEMS_DATA)" : " (default)"));
  }
  config.inputs.data = absolute_path(*config.inputs.data);
  return *config.inputs.data;
}

fs::path resolve_model(config::Config& config, const Session& session) {
  if (config.inputs.model && *config.inputs.model == "random") return {};
  fs::path folder;
  if (config.inputs.model) {
    folder = model_folder_of(*config.inputs.model);
  } else {
    folder = newest_pretraining();
    if (folder.empty()) {
      throw InputNotFound(
          "no model was given, and no finished pretraining was found under runs/. Pretrain one first "
          "(cmgems pretrain --config smoke.json), or name one: " +
          command_text(session) + " --model RUN (or --model random for an untrained encoder)");
    }
    log_info("model: " + folder.string() + " (default: the newest finished pretraining under runs/)");
  }
  config.inputs.model = absolute_path(folder.string());
  return folder;
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

std::string words_assignment(const std::string& key, const std::string& list) {
  const nlohmann::json words = words_of(list);
  return key + "=" + words.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

fs::path newest_pretraining() {
  fs::path newest;
  fs::file_time_type newest_time{};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("runs", ignored)) {
    const auto model = entry.path() / "model";
    if (!is_pretraining(model)) continue;
    const auto time = fs::last_write_time(model, ignored);
    if (newest.empty() || time > newest_time || (time == newest_time && model > newest)) {
      newest = model;
      newest_time = time;
    }
  }
  return newest;
}

}  // namespace cmgems::apps
