#include "cmgems/parallel/environment.h"

#include <map>

#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::parallel;

namespace {

Environment with(std::map<std::string, std::string> variables) {
  return environment_of([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

}  // namespace

TEST_CASE("without variables there is one process", "[parallel]") {
  const auto none = with({});
  CHECK(none.alone());
  CHECK(std::string(none.source).empty());
  CHECK(with({{"WORLD_SIZE", "1"}}).alone());
}

TEST_CASE("torchrun's variables", "[parallel]") {
  const auto rank = with({{"RANK", "5"},
                          {"WORLD_SIZE", "8"},
                          {"LOCAL_RANK", "1"},
                          {"LOCAL_WORLD_SIZE", "4"},
                          {"MASTER_ADDR", "node7"},
                          {"MASTER_PORT", "29400"},
                          {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                          {"TORCHELASTIC_RESTART_COUNT", "2"},
                          {"TORCHELASTIC_RUN_ID", "night"},
                          {"SLURM_PROCID", "3"},
                          {"SLURM_NTASKS", "4"}});
  CHECK(rank.source == std::string("torchrun"));
  CHECK(rank.rank == 5);
  CHECK(rank.world == 8);
  CHECK(rank.local_rank == 1);
  CHECK(rank.local_world == 4);
  CHECK(rank.address == "node7");
  CHECK(rank.port == 29400);
  CHECK(rank.agent_store);
  CHECK(rank.restart == 2);
  CHECK(rank.job == "night");
  const auto short_form = with({{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "4000"}});
  CHECK(short_form.address == "127.0.0.1");
  CHECK(short_form.local_rank == 1);
  CHECK(short_form.local_world == 2);
  CHECK_FALSE(short_form.agent_store);
}

TEST_CASE("SLURM's variables", "[parallel]") {
  const auto by_hand =
      with({{"SLURM_PROCID", "1"}, {"SLURM_LOCALID", "1"}, {"SLURM_NTASKS", "2"}, {"MASTER_PORT", "4000"}});
  CHECK(by_hand.source == std::string("SLURM"));
  CHECK(by_hand.rank == 1);
  CHECK(by_hand.world == 2);
  CHECK(by_hand.local_world == 2);
  CHECK(by_hand.address == "127.0.0.1");
  const auto step = with({{"SLURM_PROCID", "9"},
                          {"SLURM_LOCALID", "1"},
                          {"SLURM_NTASKS", "64"},
                          {"SLURM_STEP_NUM_TASKS", "16"},
                          {"SLURM_STEP_TASKS_PER_NODE", "8(x2)"},
                          {"SLURM_STEP_NUM_NODES", "2"},
                          {"SLURM_STEP_NODELIST", "gpu[03-04]"},
                          {"SLURM_JOB_ID", "1234567"},
                          {"SLURM_STEP_ID", "2"}});
  CHECK(step.world == 16);
  CHECK(step.local_world == 8);
  CHECK(step.address == "gpu03");
  CHECK(step.port == 34569);  // 20000 + 1234567 mod 20000 + 2
  CHECK(step.job == "1234567.2");
  CHECK(with({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"SLURM_JOB_ID", "5"}}).alone());  // the batch script
}

TEST_CASE("the first host of a list", "[parallel]") {
  CHECK(first_host("gpu[03-05,9],login") == "gpu03");
  CHECK(first_host("a,b") == "a");
  CHECK(first_host("solo") == "solo");
  CHECK(first_host("r[1,3]-ib,x") == "r1-ib");
  CHECK_THROWS_AS(first_host("gpu[03"), UsageError);
}

TEST_CASE("malformed variables are named", "[parallel]") {
  const auto problem = [](std::map<std::string, std::string> variables) -> std::string {
    try {
      with(std::move(variables));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(
      problem({{"RANK", "two"}, {"WORLD_SIZE", "4"}}) ==
      "the environment variable RANK is \"two\": expected a number in 0..3; unset it, or let torchrun, srun or cmgems "
      "launch set it");
  CHECK_THAT(problem({{"RANK", "4"}, {"WORLD_SIZE", "4"}, {"MASTER_PORT", "1"}}), Catch::Contains("0..3"));
  CHECK_THAT(problem({{"RANK", "0"}}), Catch::Contains("RANK is set, but WORLD_SIZE is not"));
  CHECK_THAT(problem({{"WORLD_SIZE", "2"}}), Catch::Contains("WORLD_SIZE is set, but RANK is not"));
  CHECK_THAT(problem({{"RANK", "0"}, {"WORLD_SIZE", "2"}}), Catch::Contains("MASTER_PORT is not"));
  CHECK_THAT(problem({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "70000"}}), Catch::Contains("1..65535"));
  CHECK_THAT(problem({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"LOCAL_WORLD_SIZE", "1"}, {"LOCAL_RANK", "1"}}),
             Catch::Contains("LOCAL_RANK (1)"));
  CHECK_THAT(problem({{"SLURM_PROCID", "0"}}), Catch::Contains("SLURM_NTASKS is not"));
}

TEST_CASE("each rank sees a device of its own", "[parallel]") {
  Environment rank;
  rank.world = rank.local_world = 2;
  rank.local_rank = 1;
  CHECK(visible_device({}, rank) == "1");
  CHECK(visible_device("4,GPU-7", rank) == "GPU-7");
  CHECK(visible_device("3", rank) == "3");  // SLURM gave it one
  rank.local_rank = 2;
  CHECK_THROWS_AS(visible_device("4,5", rank), UsageError);
}

TEST_CASE("ranks of a host share its threads", "[parallel]") {
  Environment rank;
  CHECK(threads_of(8, 8, rank) == 8);
  CHECK(threads_of(8, 4, rank) == 8);  // one process is what it always was
  rank.local_world = 2;
  CHECK(threads_of(8, 8, rank) == 4);
  CHECK(threads_of(8, 3, rank) == 3);  // bound by its launcher
  rank.local_world = 16;
  CHECK(threads_of(8, 8, rank) == 1);
}
