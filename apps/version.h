// What this program is built from: for --version, doctor and run.json.
#pragma once

#include <string>

namespace cmgems::apps {

std::string program_version();  // 0.1.0
std::string build_type();       // Release
std::string compiler();         // GNU 12.2.0
/// Several lines: cmgems, LibTorch, the CUDA version that LibTorch was built for, build type and compiler.
std::string version_text();

}  // namespace cmgems::apps
