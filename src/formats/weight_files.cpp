#include <set>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/model_weights.h"
#include "cmgems/formats/safetensors.h"
#include "cmgems/formats/torch_file.h"
#include "json_text.h"

namespace cmgems::formats {
namespace {

namespace fs = std::filesystem;

constexpr const char *kWhole = "model.safetensors", *kShards = "model.safetensors.index.json";
constexpr const char *kPickle = "pytorch_model.bin", *kPickleShards = "pytorch_model.bin.index.json";

template <class File>
WeightFiles open_file(const fs::path& path) {
  auto file = std::make_shared<File>(path);
  return {path, file->tensors(), {file}};
}

/// {"weight_map": {TENSOR: FILE}}; a name with a folder in it could lead anywhere.
std::set<std::string> shards_of(const fs::path& index) {
  const auto document = parse_json_object(read_file(index), index, "index of shards");
  const auto map = document.find("weight_map");
  std::set<std::string> files;
  if (map == document.end() || !map->is_object() || map->empty()) {
    throw DataError(index.string() + ": no object weight_map that names the file of each tensor");
  }
  for (const auto& file : *map) {
    if (!file.is_string() || fs::path(file.get<std::string>()).filename() != file.get<std::string>()) {
      throw DataError(index.string() + ": the weight_map holds " + file.dump() +
                      ", expected a file of the same folder");
    }
    files.insert(file.get<std::string>());
  }
  return files;
}

/// What a shard lacks is missing in the end, so the index is needed for the names of the files only.
WeightFiles open_shards(const fs::path& index) {
  WeightFiles all{index, {}, {}};
  std::set<std::string> names;
  for (const auto& shard : shards_of(index)) {
    const auto file = open_file<SafetensorsFile>(index.parent_path() / shard);
    for (const auto& tensor : file.tensors) {
      if (!names.insert(tensor.name).second) {
        throw DataError(file.path.string() + ": tensor '" + tensor.name + "' is in another shard, too");
      }
      all.tensors.push_back(tensor);
    }
    all.files.insert(all.files.end(), file.files.begin(), file.files.end());
  }
  return all;
}

}  // namespace

WeightFiles open_safetensors(const fs::path& folder) {
  if (fs::exists(folder / kWhole)) return open_file<SafetensorsFile>(folder / kWhole);
  if (fs::exists(folder / kShards)) return open_shards(folder / kShards);
  if (fs::exists(folder / kPickle)) {
    throw InputNotFound("no " + (folder / kWhole).string() + ", but " + kPickle +
                        ": make a model folder of it with cmgems import " + folder.string() + " --out MODEL");
  }
  throw InputNotFound("no " + (folder / kWhole).string() +
                      "; a model folder holds config.json, vocab.txt and model.safetensors");
}

WeightFiles open_weights(const fs::path& path) {
  if (!fs::exists(path)) throw InputNotFound("no such file or folder: " + path.string());
  if (!fs::is_directory(path)) {
    return path.extension() == ".safetensors" ? open_file<SafetensorsFile>(path) : open_file<TorchFile>(path);
  }
  if (fs::exists(path / kWhole) || fs::exists(path / kShards)) return open_safetensors(path);
  if (fs::exists(path / kPickle)) return open_file<TorchFile>(path / kPickle);
  if (fs::exists(path / kPickleShards)) {
    throw DataError((path / kPickleShards).string() +
                    ": pickles in several files are not read; save the model again in one file, or as safetensors");
  }
  throw InputNotFound("no weights in " + path.string() + "; expected model.safetensors or pytorch_model.bin");
}

}  // namespace cmgems::formats
