// Runs the built program in a temporary folder, without the caller's CMGEMS_DATA.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.h"

namespace cmgems::test {

inline std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct Outcome {
  int code;
  std::string out, err;
};

class Program {
 public:
  const TemporaryFolder folder;

  /// `arguments` is shell text; `environment` is put before the program, for example "CMGEMS_DATA=d".
  Outcome run(const std::string& arguments, const std::string& environment = "") const {
    return shell("env -u CMGEMS_DATA " + environment + " '" + CMGEMS_PROGRAM + "' " + arguments);
  }

  /// Any shell text, in the folder.
  Outcome shell(const std::string& text) const {
    const TemporaryFolder output;
    const auto out = output.path() / "out", err = output.path() / "err";
    const std::string command =
        "cd '" + folder.path().string() + "' && { " + text + "; } >'" + out.string() + "' 2>'" + err.string() + "'";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(out), content(err)};
  }

  void write(const std::string& name, const std::string& text) const { folder.write(name, text); }
  bool has(const std::string& name) const { return std::filesystem::exists(folder.path() / name); }
  std::string read(const std::string& name) const { return content(folder.path() / name); }
};

/// The overrides that make a pretraining of a second out of smoke.json; it does not switch.
inline const std::string kTiny =
    " --config smoke.json --set synthetic.length=60000 --set train.max_steps=60 --set train.eval_steps=20"
    " --set train.warmup_steps=5 --set train.validation_windows=40 --set train.windows_per_step=8"
    " --set curriculum.min_steps=59 --set model.hidden_size=32 --set model.intermediate_size=32 --set "
    "compute.threads=1 ";

}  // namespace cmgems::test
