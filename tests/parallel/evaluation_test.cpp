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

TEST_CASE("GUE trainings are shared out and come to the same", "[ranks]") {
  const Program program;
  // Label 1 holds more G and C.
  const auto table = [](int rows, int shift) {
    std::string text = "sequence,label\n";
    for (int row = 0; row < rows; ++row) {
      for (int i = 0; i < 40; ++i) text += (row % 2 == 1 ? "GCGA" : "ATTC")[(i * (row + shift) + i / 7) % 4];
      text += "," + std::to_string(row % 2) + "\n";
    }
    return text;
  };
  for (const std::string set : {"prom/prom_core_tata", "tf/4"}) {
    program.write("d/gue/GUE/" + set + "/train.csv", table(40, 1));
    program.write("d/gue/GUE/" + set + "/dev.csv", table(12, 3));
    program.write("d/gue/GUE/" + set + "/test.csv", table(14, 5));
  }
  const std::string evaluate =
      "eval-gue --model random --data d --set data.k=3 --set model.preset=logo --set model.hidden_size=16 "
      "--set model.intermediate_size=16 --set model.num_attention_heads=2 --set gue.learning_rate=0.003 "
      "--set compute.threads=1 --device cpu --sets prom_core_tata,tf/4 --seeds 1,2 --out ";
  REQUIRE(program.run(evaluate + "one").code == 0);
  const auto two = program.run("launch -n 2 -- " + evaluate + "two");
  INFO(two.err);
  REQUIRE(two.code == 0);
  const auto results = [&](const std::string& run) {
    auto document = json::parse(program.read(run + "/results.json"));
    document.erase("run");  // its folder
    return document;
  };
  CHECK(results("two") == results("one"));
  CHECK(json::parse(program.read("two/run.json"))["finished"] == true);

  const auto stopped = program.run("launch -n 2 -- " + evaluate + "cut --max-minutes 0.0001");
  INFO(stopped.err);
  CHECK(stopped.code == 75);
  const auto resumed = program.run("launch -n 2 -- eval-gue --resume cut");
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  CHECK(results("cut") == results("one"));
}

TEST_CASE("sweeps hand whole stages to ranks, and stop and go on together", "[ranks]") {
  const Program program;
  const std::string sweep =
      "sweep --json --config smoke.json --vary train.learning_rate=0.001,0.002,0.003 --out sweep --set "
      "synthetic.length=60000 --set train.max_steps=200 --set train.eval_steps=100 --set train.validation_windows=20 "
      "--set train.warmup_steps=1 --set curriculum.min_steps=199 --set train.windows_per_step=4 --set "
      "model.hidden_size=32 --set model.intermediate_size=32 --set curriculum.switch_at_step=null "
      "--set train.save_steps=10 ";
  // Only the second rank is told to stop.
  const auto stopped = program.shell(two_ranks(sweep) + "for i in $(seq 600); do ls sweep/*/*/checkpoint-10 " +
                                     "sweep/*/checkpoint-10 2>/dev/null | grep -q . && break; sleep 0.05; done; " +
                                     "kill -TERM $p1; wait $p0; code=$?; wait $p1; echo $? >code1; exit $code");
  INFO(program.read("err0") << program.read("err1"));
  CHECK(stopped.code == 75);
  CHECK(program.read("code1") == "75\n");
  const auto swept = program.run("launch -n 2 -- " + sweep);
  INFO(swept.err);
  CHECK(swept.code == 0);
  CHECK(json::parse(program.read("sweep/sweep.json")).contains("points"));
}
