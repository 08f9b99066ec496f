// Ranks of the built program, started by hand.
#pragma once

#include "program.h"
#include "support/free_port.h"

namespace cmgems::test {

/// LibTorch's wheel brings torchrun, but not the packages that it needs.
inline bool has_torchrun(const Program& program) { return program.shell("'" CMGEMS_TORCHRUN "' --help").code == 0; }

/// Shell text: two ranks in the background with their process ids in $p0 and $p1 and what they say in err0 and err1.
inline std::string two_ranks(const std::string& arguments, const std::string& more = "") {
  const auto port = std::to_string(free_port());
  std::string text;
  for (const std::string rank : {"0", "1"}) {
    text += "env -u CMGEMS_DATA " + more + " RANK=" + rank + " WORLD_SIZE=2 MASTER_PORT=" + port + " '" +
            CMGEMS_PROGRAM + "' " + arguments + " >out" + rank + " 2>err" + rank + " & p" + rank + "=$!; ";
  }
  return text;
}

/// Waits for a file, or half a minute.
inline std::string until(const std::string& file) {
  return "for i in $(seq 600); do [ -e " + file + " ] && break; sleep 0.05; done; ";
}

/// The milliseconds since $since go into FILE.
inline std::string note_time(const std::string& file) { return "echo $(($(date +%s%3N) - since)) >" + file + "; "; }

/// A pretraining of a second; two ranks of one thread each.
inline std::string tiny(const std::string& out) { return "pretrain --out " + out + kTiny; }
/// Long enough to be caught in the middle.
inline std::string long_run(const std::string& out) {
  return tiny(out) + " --set train.max_steps=4000 --set train.eval_steps=50 --set train.save_steps=25 ";
}

}  // namespace cmgems::test
