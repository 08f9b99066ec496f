// Run folders made by hand, with figures that a test can name.
#pragma once

#include <filesystem>
#include <string>

#include "support/catch.h"

namespace cmgems::test {

/// run.json of a command.
inline std::string record_text(const std::string& command, bool finished = true) {
  return R"({"command": ")" + command + R"(", "command_line": ["cmgems", ")" + command +
         R"(", "--set", "a b"], "finished": )" + (finished ? "true" : "false") +
         R"(, "written_at": "2026-01-02T03:04:05Z", "versions": {"cmgems": "0.1.0"}, "host": "here", "device": "cpu",
         "threads": 2, "bf16": false, "seed": 42, "hashes": {}, "parameters": 381445,
         "compute_cost": {"training": 61.5}})";
}

/// A line of a train event: loss and largest gradient as given, masks of one masker.
inline std::string train_line(int step, double loss, const std::string& masker, double masked_share) {
  return R"({"event":"train","step":)" + std::to_string(step) + R"(,"steps":50,"loss":)" + std::to_string(loss) +
         R"(,"learning_rate":0.001,"grad_norm":1.5,"grad_norm_max":7.25,"tokens":1000,"masks":[{"masker":")" + masker +
         R"(","examples":10,"tokens":1000,"masked_share":)" + std::to_string(masked_share) +
         R"(,"hidden_base_share":0.06,"spans_per_example":0.7,"pmi_spans_per_example":0,"masked_twice_share":0.01,)" +
         R"("masked_npmi":-0.1,"all_npmi":-0.2}]})" + "\n";
}

inline std::string eval_line(int step, double perplexity) {
  return R"({"event":"eval","step":)" + std::to_string(step) + R"(,"loss":1,"perplexity":)" +
         std::to_string(perplexity) + R"(,"masked_tokens":10,"masker":"genemask"})" + "\n";
}

inline const std::string kSwitchLine =
    R"({"event":"switch","step":100,"from":"genemask","to":"global","perplexity":90,"drop":0.5})"
    "\n";
inline const std::string kSkippedLine = R"({"event":"skipped","step":120,"reason":"the loss is not finite"})"
                                        "\n";
inline const std::string kDoneLine =
    R"({"event":"done","step":150,"tokens":3000,"skipped_steps":1,"switch_step":100,"last_drops":[0.5]})"
    "\n";

/// Two intervals of 50 steps of genemask, one of global: 10% masked, then 20%, then 16%.
inline std::string metrics_text() {
  return train_line(50, 4, "genemask", 0.1) + eval_line(50, 250.5) + train_line(100, 3, "genemask", 0.2) +
         eval_line(100, 90) + kSwitchLine + kSkippedLine + train_line(150, 2.5, "global", 0.16) +
         eval_line(150, 71.25) + kDoneLine;
}

/// A pretraining of cm-gems.
inline void write_pretraining(const TemporaryFolder& folder, const std::string& name,
                              const std::string& metrics = metrics_text(), bool finished = true) {
  folder.write(name + "/run.json", record_text("pretrain", finished));
  folder.write(name + "/config.json",
               R"({"variant": "paper", "inputs": {"genome": ["genome.fa"]}, "masking": {"strategy": "cm-gems"},
               "train": {"max_steps": 150, "learning_rate": 0.001}})");
  folder.write(name + "/metrics.jsonl", metrics);
}

/// A method with the accuracies of two runs.
inline std::string method_text(const std::string& name, const std::string& one, const std::string& two,
                               const std::string& more = "") {
  const auto run = [&](const std::string& seed, const std::string& accuracy) {
    return R"({"seed": )" + seed + R"(, "accuracy": )" + accuracy +
           R"(, "f1": 0.5, "precision": 0.5, "recall": 0.5, "mcc": 0.25, "auc": null)" + more + "}";
  };
  return R"({"name": ")" + name + R"(", "mean": {}, "deviation": {}, "runs": [)" + run("1", one) + ", " +
         run("2", two) + "]}";
}

/// prom-core with 10 shots: the model 0.6 and 0.7, the k-mers 0.55 and 0.6.
inline std::string few_shot_text(const std::string& model, const std::string& notes = "[]",
                                 const std::string& more = "") {
  return R"({"command": "finetune", "task": "prom-core", "run": "f", "model": ")" + model +
         R"(", "classes": 2, "shots": 10, "pool": {"path": "p", "rows": 2000}, "test": {"path": "t", "rows": 5920},
         "epochs": 20, "learning_rate": 0.0004, "batch_size": 5, "methods": [)" +
         method_text("fine-tuned " + model, "0.6", "0.7", more) + ", " +
         method_text("k-mer logistic regression (3-mers)", "0.55", "0.6") + ", " +
         method_text("majority class", "0.5", "0.5") + R"(], "notes": )" + notes + "}";
}

inline void write_few_shot(const TemporaryFolder& folder, const std::string& name, const std::string& results) {
  folder.write(name + "/run.json", record_text("finetune"));
  folder.write(name + "/config.json", R"({"finetune": {"shots": 10}})");
  folder.write(name + "/results.json", results);
}

}  // namespace cmgems::test
