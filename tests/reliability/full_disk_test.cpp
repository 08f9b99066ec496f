// A disk that becomes full while a run is on it: a small tmpfs, which needs root.
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>

#include "program.h"

using namespace cmgems;
using test::kTiny;
using test::Program;

namespace {

/// A file system of some megabytes for the scope of a test.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& folder) : path_(folder) {
    std::filesystem::create_directories(folder);
    mounted_ = ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=8m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path path_;
  bool mounted_ = false;
};

const std::string kRun = kTiny + " --set train.max_steps=3000 --set train.save_steps=20 ";

std::string result(const Program& program, const std::string& run) {
  return program.read(run + "/model/model.safetensors") + program.read(run + "/metrics.jsonl");
}

}  // namespace

TEST_CASE("a disk that becomes full ends the run with one sentence, and the checkpoints before are whole", "[disk]") {
  const Program program;
  const SmallDisk disk(program.folder.path() / "disk");
  if (!disk.mounted()) CMGEMS_SKIP("a small file system cannot be mounted here");
  REQUIRE(program.run("pretrain --quiet --out whole" + kRun).code == 0);
  const auto full =
      program.shell("env -u CMGEMS_DATA '" + std::string(CMGEMS_PROGRAM) + "' pretrain --quiet --out disk/run" + kRun +
                    " & pid=$!; for i in $(seq 600); do [ -e disk/run/checkpoint-40 ] && break; sleep "
                    "0.02; done; cat /dev/zero >disk/filler 2>/dev/null; wait $pid");
  INFO(full.err);
  CHECK(full.code == 74);
  const auto last = full.err.rfind('\n', full.err.size() - 2) + 1;
  CHECK_THAT(full.err.substr(last), Catch::StartsWith("cmgems: cannot write disk/run/checkpoint-"));
  CHECK(program.run("checkpoint verify disk/run").code == 0);
  program.shell("rm disk/filler");
  const auto resumed = program.run("pretrain --quiet --resume disk/run");
  INFO(resumed.err);
  CHECK(resumed.code == 0);
  CHECK(result(program, "disk/run") == result(program, "whole"));
}

TEST_CASE("a disk that is too small is found before the first step", "[disk]") {
  const Program program;
  const SmallDisk disk(program.folder.path() / "disk");
  if (!disk.mounted()) CMGEMS_SKIP("a small file system cannot be mounted here");
  const auto refused = program.run("pretrain --out disk/run --keep 50" + kRun);
  CHECK(refused.code == 74);
  CHECK_THAT(refused.err, Catch::Contains("the disk of disk/run has too little room") && Catch::Contains("make room"));
  CHECK_FALSE(program.has("disk/run"));
}
