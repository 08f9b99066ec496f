#include "version.h"

#include "cmgems/nn/device.h"

namespace cmgems::apps {

std::string program_version() { return CMGEMS_VERSION; }
std::string build_type() { return CMGEMS_BUILD_TYPE; }
std::string compiler() { return CMGEMS_COMPILER; }

std::string version_text() {
  return "cmgems " + program_version() + "\nLibTorch " + nn::torch_version() + "\nCUDA: " + nn::torch_cuda_version() +
         "\nbuild: " + build_type() + ", " + compiler();
}

}  // namespace cmgems::apps
