// cmgems report: run folders -> one page that can be sent to anyone.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "report/sections.h"
#include "run_folder.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Example, a pretraining and what was fine-tuned from it:\n"
    "  cmgems report runs/mine runs/mine-prom-core --out report.html\n"
    "All runs of a reproduction:\n"
    "  cmgems report runs/reproduce-smoke --out report.html";

struct Options {
  OutputFlags output;
  std::vector<std::string> runs;
  std::string format, out;
};

/// What --format says, else the ending of --out, else html.
std::string format_of(const Options& options) {
  if (!options.format.empty()) return options.format;
  const auto ending = std::filesystem::path(options.out).extension();
  return ending == ".md" ? "md" : ending == ".csv" ? "csv" : "html";
}

/// A run that holds its lock is at work.
void find_those_at_work(report::Runs& runs) {
  const auto look = [](auto& list) {
    for (auto& run : list) run.record.in_use = !run.record.finished && run_in_use(run.record.folder);
  };
  look(runs.pretrainings);
  look(runs.few_shot);
  look(runs.gue);
}

std::string content_of(const report::Document& document, const std::string& format) {
  if (format == "md") return report::to_markdown(document);
  return format == "csv" ? report::to_csv(document) : report::to_html(document);
}

void make_report(const Options& options) {
  start_logging(options.output);
  check_output_file(options.out);
  auto runs = report::read_runs({options.runs.begin(), options.runs.end()});
  find_those_at_work(runs);
  const auto document = report::document_of(runs);
  const auto format = format_of(options);
  make_folders(std::filesystem::path(options.out).parent_path());
  write_file_atomic(options.out, content_of(document, format));
  std::vector<std::string> unfinished;
  for (const auto* record : report::records_of(runs)) {
    if (!record->finished) unfinished.push_back(record->folder.string());
  }
  for (const auto& run : unfinished) log_warning("the run " + run + " is unfinished, and reported as such");
  if (options.output.json) {
    const nlohmann::ordered_json json = {{"command", "report"},
                                         {"out", options.out},
                                         {"format", format},
                                         {"pretrainings", runs.pretrainings.size()},
                                         {"few_shot", runs.few_shot.size()},
                                         {"gue", runs.gue.size()},
                                         {"unfinished", unfinished}};
    std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  std::cout << "report of " << report::counted(report::records_of(runs).size(), "run") << ": " << options.out << "\n";
}

}  // namespace

void add_report(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("report", "Make one self-contained page of runs: tables, curves, every score");
  command
      ->add_option("runs", options->runs,
                   "run folders of pretrain, finetune or eval-gue, or folders that hold such (reproduce, sweep)")
      ->required();
  command->add_option("--out", options->out, "file of the report")->required();
  command
      ->add_option("--format", options->format,
                   "html, md (tables and notes) or csv (one value a line) (default: by the ending of --out, else html)")
      ->check(CLI::IsMember({"html", "md", "csv"}));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { make_report(*options); }; });
}

}  // namespace cmgems::apps
