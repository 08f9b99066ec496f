// A run's files as other programs read them: TensorBoard its events, transformers trainer_state.json and a checkpoint.
// CMGEMS_TEST_PYTHON names a Python with both.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;
using nlohmann::json;

namespace {

/// `key` of every event of a kind in metrics.jsonl, with its step.
std::vector<std::pair<int, double>> logged(const Program& program, const std::string& event, const std::string& key) {
  std::vector<std::pair<int, double>> values;
  std::istringstream lines(program.read("run/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto json = json::parse(line);
    if (json["event"] == event) values.emplace_back(json["step"], json[key]);
  }
  return values;
}

void check_scalars(const json& read, const std::vector<std::pair<int, double>>& logged) {
  REQUIRE(read.size() == logged.size());
  for (std::size_t i = 0; i < logged.size(); ++i) {
    CHECK(read[i][0] == logged[i].first);
    CHECK(read[i][1].get<double>() == Approx(logged[i].second).epsilon(1e-6));  // fp32
  }
}

}  // namespace

TEST_CASE("TensorBoard and transformers read a run that went on from an earlier step", "[golden]") {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  if (python == nullptr || *python == '\0') {
    CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with tensorboard and transformers");
  }
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out run --set train.save_steps=20" + kTiny).code == 0);
  program.shell("rm -r run/checkpoint-60");  // the events after step 40 are dropped and come again
  REQUIRE(program.run("pretrain --quiet --resume run --extend-to 80").code == 0);
  const auto script = cmgems::test::source_folder() / "tests" / "golden" / "read_run.py";
  const auto read = program.shell("'" + std::string(python) + "' '" + script.string() + "' run 80");
  INFO(read.err);
  REQUIRE(read.code == 0);
  const auto result = json::parse(read.out);
  check_scalars(result["scalars"]["train/loss"], logged(program, "train", "loss"));
  check_scalars(result["scalars"]["train/grad_norm"], logged(program, "train", "grad_norm"));
  check_scalars(result["scalars"]["train/learning_rate"], logged(program, "train", "learning_rate"));
  check_scalars(result["scalars"]["eval/loss"], logged(program, "eval", "loss"));
  check_scalars(result["scalars"]["eval/perplexity"], logged(program, "eval", "perplexity"));
  CHECK(result["scalars"]["eval/loss"].size() == 4);
  CHECK(result["global_step"] == 80);
  CHECK(result["max_steps"] == 80);
  CHECK(result["history"] == logged(program, "train", "loss").size() + logged(program, "eval", "loss").size());
  CHECK(result["best_metric"] == json::parse(program.read("run/trainer_state.json"))["best_metric"]);
  CHECK(result["saved_step"] == 80);
  CHECK(result["parameters"] == json::parse(program.read("run/run.json"))["parameters"]);
  CHECK(result["missing"] == 0);
}
