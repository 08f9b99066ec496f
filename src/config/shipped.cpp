#include <algorithm>
#include <cstdlib>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/config/config.h"

namespace cmgems::config {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const auto& folder : shipped_config_folders()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().extension() == ".json") names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

fs::path find_config(const std::string& path_or_name) {
  if (fs::exists(path_or_name)) return path_or_name;
  if (fs::path(path_or_name).filename() == path_or_name) {
    for (const auto& folder : shipped_config_folders()) {
      for (const auto& name : {path_or_name, path_or_name + ".json"}) {
        if (fs::exists(folder / name)) return folder / name;
      }
    }
  }
  const auto names = shipped_names();
  const auto near = nearest(path_or_name, {names.begin(), names.end()});
  std::string message = "no configuration '" + path_or_name + "': there is no such file";
  if (names.empty()) throw InputNotFound(message + ", and no shipped configurations were found; set CMGEMS_CONFIGS");
  message += ", and the shipped ones are ";
  for (const auto& name : names) message += (name == names.front() ? "" : ", ") + name;
  throw InputNotFound(message + (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
}

}  // namespace

std::vector<fs::path> shipped_config_folders() {
  std::vector<fs::path> candidates;
  if (const char* folder = std::getenv("CMGEMS_CONFIGS")) candidates.emplace_back(folder);
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  if (!error) candidates.push_back(program.parent_path().parent_path() / "share" / "cmgems" / "configs");
  candidates.emplace_back(CMGEMS_SOURCE_CONFIGS);
  std::erase_if(candidates, [](const fs::path& folder) {
    std::error_code ignored;
    return !fs::is_directory(folder, ignored);
  });
  return candidates;
}

void apply_file(Config& config, const std::string& path_or_name) {
  refuse_address(path_or_name);
  const auto path = find_config(path_or_name);
  log_debug("configuration: " + path.string());
  apply_json(config, read_file(path), path.string());
}

}  // namespace cmgems::config
