// Two ranks train alike, whoever starts them; another number of ranks goes on when it is allowed to.
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ranks.h"

using namespace cmgems::test;
using nlohmann::json;

namespace {

/// Losses of the log's events, whatever they are the mean of.
std::vector<double> losses(const std::string& log) {
  std::vector<double> list;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto event = json::parse(line);
    if (event.contains("loss") && event["loss"].is_number()) list.push_back(event["loss"].get<double>());
  }
  return list;
}

void check_same_run(const Program& program, const std::string& one, const std::string& other) {
  for (const std::string file : {"/metrics.jsonl", "/model/model.safetensors", "/checkpoint-60/state.json"}) {
    INFO(one + file);
    CHECK(program.read(one + file) == program.read(other + file));
  }
}

}  // namespace

TEST_CASE("two ranks are the same run by launch, torchrun and SLURM", "[ranks]") {
  const Program program;
  const auto launched = program.run("launch -n 2 -- " + tiny("launched") + "--json");
  INFO(launched.err);
  REQUIRE(launched.code == 0);
  CHECK(json::parse(launched.out)["command"] == "pretrain");
  CHECK_THAT(launched.err, Catch::Contains("[0] ") && Catch::Contains("rank 0 of 2 on ") && Catch::Contains("[1] ") &&
                               Catch::Contains("rank 1 of 2 on ") && Catch::Contains("cpu (started by torchrun)"));

  const auto port = std::to_string(free_port());
  const std::string by_hand = "env -u CMGEMS_DATA MASTER_PORT=" + port + " SLURM_NTASKS=2 ";
  const auto slurm = program.shell(by_hand + "SLURM_PROCID=1 SLURM_LOCALID=1 '" + CMGEMS_PROGRAM + "' " +
                                   tiny("slurm") + "& " + by_hand + "SLURM_PROCID=0 SLURM_LOCALID=0 '" +
                                   CMGEMS_PROGRAM + "' " + tiny("slurm") + "&& wait $!");
  INFO(slurm.err);
  REQUIRE(slurm.code == 0);
  CHECK_THAT(slurm.err, Catch::Contains("(started by SLURM)"));
  check_same_run(program, "slurm", "launched");

  const auto one = program.run(tiny("one"));
  REQUIRE(one.code == 0);
  const auto alone = losses(program.read("one/metrics.jsonl")), together = losses(program.read("slurm/metrics.jsonl"));
  REQUIRE(alone.size() == together.size());
  for (std::size_t i = 0; i < alone.size(); ++i) CHECK(together[i] == Approx(alone[i]).epsilon(1e-4));

  if (!has_torchrun(program)) CMGEMS_SKIP("no torchrun that runs was found");
  const auto torchrun =
      program.shell("env -u CMGEMS_DATA '" CMGEMS_TORCHRUN "' --standalone --no-python --nproc-per-node 2 '" +
                    std::string(CMGEMS_PROGRAM) + "' " + tiny("torchrun"));
  INFO(torchrun.err);
  REQUIRE(torchrun.code == 0);
  check_same_run(program, "torchrun", "launched");
}

TEST_CASE("another number of ranks goes on by name, with the same windows", "[ranks]") {
  const Program program;
  const std::string tiny20 =
      tiny("run") + "--set train.max_steps=20 --set curriculum.min_steps=19 --set train.eval_steps=10 ";
  REQUIRE(program.run("launch -n 2 -- " + tiny20).code == 0);
  const auto refused = program.run("pretrain --resume run --extend-to 40");
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("world_size was 2, is 1"));
  const auto alone = program.run("pretrain --resume run --extend-to 40 --allow-mismatch world_size");
  INFO(alone.err);
  CHECK(alone.code == 0);
  const auto four = program.run("launch -n 4 -- pretrain --resume run --extend-to 60 --allow-mismatch world_size");
  INFO(four.err);
  CHECK(four.code == 0);
  CHECK(json::parse(program.read("run/checkpoint-60/state.json"))["data"]["windows"] == 480);
}

TEST_CASE("sliced optimizer state writes the checkpoint of whole state", "[ranks]") {
  const Program program;
  REQUIRE(program.run("launch -n 2 -- " + tiny("whole")).code == 0);
  const auto sliced = program.run("launch -n 2 -- " + tiny("sliced") + "--set compute.shard_optimizer=true");
  INFO(sliced.err);
  REQUIRE(sliced.code == 0);
  CHECK(program.read("whole/checkpoint-60/training_state.safetensors") ==
        program.read("sliced/checkpoint-60/training_state.safetensors"));
}

TEST_CASE("a malformed environment is one sentence", "[ranks]") {
  const Program program;
  const auto wrong = program.run(tiny("run"), "RANK=x WORLD_SIZE=2");
  CHECK(wrong.code == 64);
  CHECK_THAT(wrong.err, Catch::Contains("the environment variable RANK is \"x\": expected a number in 0..1"));
  CHECK(std::count(wrong.err.begin(), wrong.err.end(), '\n') == 1);
  const auto several = program.run("mask ACGTACGTACGT", "RANK=0 WORLD_SIZE=2 MASTER_PORT=1");
  CHECK(several.code == 64);
  CHECK_THAT(several.err, Catch::Contains("runs in one process, and torchrun started 2 of them"));
}
