// Evaluations hand their parts to ranks and come to the same.
#include <nlohmann/json.hpp>

#include "ranks.h"

using namespace cmgems::test;
using nlohmann::json;

TEST_CASE("perplexity and few-shot runs are shared out", "[ranks]") {
  const Program program;
  REQUIRE(program.run(tiny("run")).code == 0);
  const std::string perplexity = "perplexity --json --model run --windows 60 builtin:synthetic";
  const auto one = program.run(perplexity), two = program.run("launch -n 2 -- " + perplexity);
  INFO(two.err);
  REQUIRE(two.code == 0);
  const auto alone = json::parse(one.out)["total"], together = json::parse(two.out)["total"];
  CHECK(together["masked"] == alone["masked"]);
  CHECK(together["windows"] == 60);
  CHECK(together["loss"].get<double>() == Approx(alone["loss"].get<double>()).epsilon(1e-6));

  const std::string finetune =
      "finetune --json --task synthetic --shots 5 --runs 3 --model run --set finetune.epochs=1 --set "
      "finetune.baseline=majority --set compute.threads=1 --out ";
  const auto few = program.run(finetune + "few1"), shared = program.run("launch -n 2 -- " + finetune + "few2");
  INFO(shared.err);
  REQUIRE(few.code == 0);
  REQUIRE(shared.code == 0);
  auto expected = json::parse(few.out), got = json::parse(shared.out);
  const auto without_run = [](json document) {
    const auto flat = document.flatten();
    json kept;
    for (const auto& [key, value] : flat.items()) {
      if (!key.ends_with("/run") && key.find("seconds") == std::string::npos) kept[key] = value;
    }
    return kept;
  };
  CHECK(without_run(got) == without_run(expected));
  CHECK_FALSE(program.has("few2/finished_runs.rank1.jsonl"));
  CHECK(program.has("few2/model/model.safetensors"));
}

TEST_CASE("sweeps hand whole stages to ranks", "[ranks]") {
  const Program program;
  const auto swept = program.run(
      "launch -n 2 -- sweep --json --config smoke.json --vary train.learning_rate=0.001,0.002 --out sweep --set "
      "synthetic.length=60000 --set train.max_steps=10 --set train.eval_steps=10 --set train.validation_windows=20 "
      "--set train.warmup_steps=1 --set curriculum.min_steps=9 --set train.windows_per_step=4 --set "
      "model.hidden_size=32 --set model.intermediate_size=32 --set curriculum.switch_at_step=null");
  INFO(swept.err);
  CHECK(swept.code == 0);
  CHECK(json::parse(program.read("sweep/sweep.json")).contains("points"));
}
