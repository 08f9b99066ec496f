// cmgems task build: a silencer-style task from positive sequences.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/log.h"
#include "cmgems/tasks/built_task.h"
#include "command.h"
#include "shell_word.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kExample =
    "Example:\n"
    "  cmgems task build --positives silencers.fa --split grouped --out data/sil-300\n"
    "  cmgems finetune --task sil-300 --data data --shots 10 --model runs/first";

struct Options {
  OutputFlags output;
  std::string positives, out;
  tasks::BuildOptions build;
};

std::string table_text(const std::vector<tasks::Example>& rows) {
  std::string text = "sequence\tlabel\n";
  for (const auto& row : rows) text += row.sequence + "\t" + std::to_string(row.label) + "\n";
  return text;
}

/// Training rows of the smaller class: the number that few-shot pools are named by.
std::size_t rows_per_class(const std::vector<tasks::Example>& rows) {
  std::size_t positives = 0;
  for (const auto& row : rows) positives += row.label == 1;
  return std::min(positives, rows.size() - positives);
}

void require_empty(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder)) throw UsageError("--out " + folder.string() + " is a file: name a folder");
  if (!fs::is_empty(folder)) {
    throw UsageError("the folder " + folder.string() + " is not empty: choose another one with --out");
  }
}

ordered_json report_json(const Options& options, const tasks::BuiltTask& task, const fs::path& train,
                         const fs::path& test) {
  const bool grouped = options.build.split == tasks::TaskSplit::grouped;
  return {{"command", "task build"},
          {"positives", options.positives},
          {"sha256", sha256(read_file(options.positives))},
          {"seed", options.build.seed},
          {"split", grouped ? "grouped" : "random"},
          {"test_share", options.build.test_share},
          {"max_length", options.build.max_length},
          {"used", task.positives},
          {"too_long", task.too_long},
          {"empty", task.empty},
          {"repeated", task.repeated},
          {"train", {{"path", train.string()}, {"rows", task.train.size()}}},
          {"test", {{"path", test.string()}, {"rows", task.test.size()}}},
          {"origins_on_both_sides", task.crossing}};
}

void print_report(const Options& options, const tasks::BuiltTask& task, const fs::path& train, const fs::path& test) {
  std::cout << task.positives << " positives used (left out: " << task.too_long << " longer than "
            << options.build.max_length << " bases, " << task.repeated << " repeated, " << task.empty
            << " empty), each with a changed copy as its negative\n"
            << task.train.size() << " training rows: " << train.string() << "\n"
            << task.test.size() << " test rows: " << test.string() << "\n";
  if (task.crossing > 0) {
    std::cout
        << task.crossing
        << " positives have their near-copy on the other side, as upstream; --split grouped keeps them together\n";
  }
  std::cout << "cmgems finetune --train " << shell_word(train.string()) << " --test " << shell_word(test.string())
            << "\n";
}

void run(const Options& options) {
  start_logging(options.output);
  const fs::path out = options.out;
  require_empty(out);
  const auto task = tasks::build_task(options.positives, options.build);
  const auto train = out / std::to_string(rows_per_class(task.train)) / "train.tsv", test = out / "test.tsv";
  make_folders(train.parent_path());
  write_file_atomic(train, table_text(task.train));
  write_file_atomic(test, table_text(task.test));
  const auto text = report_json(options, task, train, test).dump(2, ' ', false, ordered_json::error_handler_t::replace);
  write_file_atomic(out / "task.json", text + "\n");
  options.output.json ? void(std::cout << text << "\n") : print_report(options, task, train, test);
}

}  // namespace

void add_task_build(CLI::App& task, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = task.add_subcommand("build",
                                      "A task from positives: each gets a negative, a copy with 12 pieces "
                                      "replaced by random bases");
  command->add_option("--positives", options->positives, "FASTA (.gz too) or .2bit")->required();
  command->add_option("--out", options->out, "folder, for example data/sil-300: <N>/train.tsv, test.tsv, task.json")
      ->required();
  command->add_option("--max-length", options->build.max_length, "bases; longer positives are left out")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--seed", options->build.seed, "of the copies and the split")->capture_default_str();
  command
      ->add_option("--split", options->build.split,
                   "random: every row on its own, as upstream; grouped: a positive and its copy on the same side "
                   "(default: random)")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, tasks::TaskSplit>{{"random", tasks::TaskSplit::random},
                                                                          {"grouped", tasks::TaskSplit::grouped}})
              .description(""));
  command->add_option("--test-share", options->build.test_share, "share of the rows that are test rows")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 0.9));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
