// What a run loads, and what --device cuda says without a GPU.
#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;

TEST_CASE("a run on the CPU loads nothing of CUDA", "[cli]") {
  const Program program;
  for (const std::string& arguments :
       {"pretrain --device cpu --set train.max_steps=2 --set train.eval_steps=2 --out run" + kTiny,
        std::string("--version")}) {
    const auto run = program.run(arguments, "LD_DEBUG=files LD_DEBUG_OUTPUT=loaded");
    INFO(run.err);
    REQUIRE(run.code == 0);
    const auto loaded = program.shell("cat loaded.*; rm loaded.*").out;  // a file per process
    CHECK_THAT(loaded, Catch::Contains("libtorch_cpu.so"));
    // not libcudart: LibTorch's CPU library, when built for CUDA, needs it itself
    for (const std::string library : {"libtorch_cuda", "libc10_cuda", "libcublas", "libcuda.so", "libcmgems_cuda"}) {
      INFO(library);
      CHECK_THAT(loaded, !Catch::Contains(library));
    }
  }
}

TEST_CASE("cuda without a GPU is refused in one sentence, and auto takes the CPU", "[cli]") {
  const Program program;
  if (program.shell("test -e /dev/nvidiactl -o -e /dev/dxg").code == 0) CMGEMS_SKIP("there is a GPU here");
  const auto refused = program.run("pretrain --device cuda --out run" + kTiny);
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("--device cuda: no CUDA device") && Catch::Contains("--device cpu"));
  const auto automatic = program.run("pretrain --dry-run --device auto --out run" + kTiny);
  INFO(automatic.err);
  CHECK(automatic.code == 0);
  CHECK_THAT(automatic.err, Catch::Contains("device: cpu"));
}
