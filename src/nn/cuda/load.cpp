#include "load.h"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <cstring>
#include <filesystem>
#include <string>

namespace cmgems::nn::cuda {
namespace {

struct Loaded {
  bool cuda = false;
  const Table* table = nullptr;
  std::string problem;
};

/// Searched for in the RUNPATH of the program. LibTorch's CUDA part comes first: it brings the CUDA runtime along.
const Table* load_table(std::string& problem) {
  void* const library = ::dlopen("libcmgems_cuda.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    problem = ::dlerror();
    return nullptr;
  }
  const auto function = reinterpret_cast<TableFunction>(::dlsym(library, kTableFunction));
  const Table* const table = function != nullptr ? function() : nullptr;
  if (table == nullptr || table->version != kTableVersion || std::strcmp(table->torch_version, TORCH_VERSION) != 0) {
    problem = "libcmgems_cuda.so belongs to another build of cmgems";
    return nullptr;
  }
  return table;
}

Loaded load_once() {
  Loaded result;
  const bool node = std::filesystem::exists("/dev/nvidiactl") || std::filesystem::exists("/dev/dxg");
  if (!node || ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_GLOBAL) == nullptr) return result;
  result.cuda = ::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr && at::hasCUDA();
  if (result.cuda) result.table = load_table(result.problem);
  return result;
}

const Loaded* loaded = nullptr;

}  // namespace

bool load() {
  static const Loaded once = load_once();
  loaded = &once;
  return once.cuda;
}

bool loaded_before() { return loaded != nullptr && loaded->cuda; }

const Table* table() { return loaded != nullptr ? loaded->table : nullptr; }

const std::string& problem() {
  static const std::string none;
  return loaded != nullptr ? loaded->problem : none;
}

}  // namespace cmgems::nn::cuda
