#include "stage_settings.h"

#include <filesystem>

#include "inputs.h"

namespace cmgems::apps {

nlohmann::ordered_json settings_json(config::Config config, const std::string& data, bool tables) {
  if (!data.empty()) config.inputs.data = data;
  if (tables) config.inputs.data = std::filesystem::absolute(resolve_data(config)).lexically_normal().string();
  return nlohmann::ordered_json::parse(config::to_json(config));
}

}  // namespace cmgems::apps
