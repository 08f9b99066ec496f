// cmgems doctor: what was found on this machine, what is missing, and how to get it.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cmgems/base/error.h"
#include "cmgems/nn/device.h"
#include "cmgems/tasks/few_shot.h"
#include "cmgems/tasks/gue.h"
#include "command.h"
#include "inputs.h"
#include "version.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string name;
  bool found;
  std::string detail;  // what was found, or how to get it
};

Finding check_cuda() {
  const std::string build = "LibTorch is built for CUDA " + nn::torch_cuda_version();
  if (nn::cuda_available()) {
    const auto problem = nn::cuda_kernels_problem();
    return {"CUDA", true,
            build + ", a device is there" + (problem.empty() ? "" : ", without our own kernels: " + problem)};
  }
  return {"CUDA", false, build + ", no device is usable: everything runs on the CPU"};
}

Finding check_processor() {
  return {"processor", true,
          std::to_string(std::thread::hardware_concurrency()) +
              " threads, bf16 instructions: " + (nn::cpu_has_bf16() ? "yes" : "no (compute.bf16 falls back to fp32)")};
}

Finding check_configurations() {
  for (const auto& folder : config::shipped_config_folders()) {
    if (fs::exists(folder / "smoke.json")) return {"configurations", true, folder.string()};
  }
  return {"configurations", false, "set CMGEMS_CONFIGS to the folder that holds smoke.json"};
}

Finding check_data(const fs::path& data) {
  const bool named = std::getenv("CMGEMS_DATA") != nullptr;
  const std::string origin = named ? " ($CMGEMS_DATA)" : " (CMGEMS_DATA is not set)";
  if (fs::is_directory(data)) return {"data folder", true, data.string() + origin};
  return {"data folder", false, data.string() + " is no folder" + origin + ": make it, or set CMGEMS_DATA"};
}

Finding check_genome(const config::Config& config) {
  std::string searched;
  for (const auto& folder : genome_folders(config)) {
    const auto files = genome_files(folder);
    if (files.size() == 1) return {"genome", true, files.front().string()};
    if (files.size() > 1) {
      return {"genome", true, std::to_string(files.size()) + " files in " + folder.string() + ": choose with --genome"};
    }
    searched += (searched.empty() ? "" : " and ") + folder.string();
  }
  return {
      "genome", false,
      "put one FASTA or .2bit file into " + searched + ", or name it with --genome (builtin:synthetic is built in)"};
}

Finding check_task(const std::string& name, const fs::path& data) {
  try {
    const auto task = tasks::load_task(name, data);
    return {"task " + name, true,
            std::to_string(task.pool.examples.size()) + " training rows, " + std::to_string(task.test.examples.size()) +
                " test rows"};
  } catch (const Error& error) {
    return {"task " + name, false, error.what()};
  }
}

Finding check_gue(const fs::path& data) {
  std::string found;
  std::size_t count = 0;
  for (const auto& set : tasks::gue_sets()) {
    if (!tasks::find_gue_files(set, data)) continue;
    found += (found.empty() ? "" : ", ") + set.path();
    ++count;
  }
  const std::string share = std::to_string(count) + " of " + std::to_string(tasks::gue_sets().size()) + " sets";
  if (count > 0) return {"GUE", true, share + ": " + found};
  return {"GUE", false,
          share + ": unpack the benchmark's GUE folder into " + (data / "gue").string() +
              " (GUE/prom/prom_core_tata/{train,dev,test}.csv and so on)"};
}

Finding check_model() {
  const auto model = newest_pretraining();
  if (!model.empty()) return {"newest model", true, model.string()};
  return {"newest model", false, "none under runs/: cmgems pretrain --config smoke.json makes a small one"};
}

std::vector<Finding> findings() {
  const config::Config config;
  const char* named = std::getenv("CMGEMS_DATA");
  const fs::path data = named != nullptr ? named : "data";
  std::vector<Finding> list{{"cmgems", true, program_version() + ", " + build_type() + ", " + compiler()},
                            {"LibTorch", true, nn::torch_version()},
                            check_cuda(),
                            check_processor(),
                            check_configurations(),
                            check_data(data),
                            check_genome(config)};
  for (const auto& name : tasks::known_tasks()) list.push_back(check_task(name, data));
  list.push_back(check_gue(data));
  list.push_back(check_model());
  return list;
}

void run(const OutputFlags& output) {
  start_logging(output);
  const auto list = findings();
  if (output.json) {
    nlohmann::ordered_json json = {{"command", "doctor"}, {"findings", nlohmann::ordered_json::array()}};
    for (const auto& finding : list) {
      json["findings"].push_back({{"name", finding.name}, {"found", finding.found}, {"detail", finding.detail}});
    }
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
    return;
  }
  for (const auto& finding : list) {
    std::string name = finding.name;
    name.resize(std::max<std::size_t>(name.size(), 16), ' ');
    std::cout << (finding.found ? "ok       " : "missing  ") << name << "  " << finding.detail << "\n";
  }
}

}  // namespace

void add_doctor(CLI::App& app, Session& session) {
  auto output = std::make_shared<OutputFlags>();
  auto* command = app.add_subcommand("doctor", "What was found here, what is missing, and how to get it");
  add_output_flags(*command, *output);
  command->footer("Example:\n  CMGEMS_DATA=/data cmgems doctor");
  command->callback([output, &session] {
    session.takes_ranks = true;
    session.run = [output] { run(*output); };
  });
}

}  // namespace cmgems::apps
