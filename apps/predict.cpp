// cmgems predict: sequences -> class probabilities.
#include <CLI/CLI.hpp>
#include <memory>

#include "attention_files.h"
#include "cmgems/base/log.h"
#include "cmgems/infer/predictor.h"
#include "cmgems/metrics/classification.h"
#include "command.h"
#include "inference.h"
#include "result_rows.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Example, after cmgems finetune --out runs/tuned:\n"
    "  cmgems predict --model runs/tuned sequences.fa.gz --out probabilities.tsv";

struct Options {
  ModelFlags model;
  OutputFlags output;
  AttentionFlags attention;
  nn::Average average = nn::Average::pooled;
  std::string input, out;
};

/// Labels of the input beside the predicted ones, when it has any.
struct Comparison {
  std::vector<int> expected, predicted;

  void add(const infer::Prediction& prediction) {
    if (!prediction.expected) return;
    expected.push_back(*prediction.expected);
    predicted.push_back(prediction.label);
  }
  ResultRows::Json scores(int classes) const {
    if (expected.empty()) return nullptr;
    const auto scores = metrics::score_predictions(expected, predicted, {}, classes);
    log_info("labels of the input: accuracy " + decimals(scores.accuracy, 3) + ", balanced " +
             decimals(scores.balanced_accuracy, 3) + ", macro F1 " + decimals(scores.f1, 3) + ", MCC " +
             decimals(scores.mcc, 3));
    return {{"accuracy", scores.accuracy},
            {"balanced_accuracy", scores.balanced_accuracy},
            {"f1", scores.f1},
            {"mcc", scores.mcc}};
  }
};

/// Column of a class: its name, unless another column has it.
std::string column_of(const std::string& name) {
  return name == "id" || name == "label" ? "probability_" + name : name;
}

void run(const Options& options) {
  start_logging(options.output);
  check_attention_flags(options.attention, options.input);
  prepare_output(options.out);
  auto model = open_model(options.model);
  AttentionFiles attention(options.attention, model, options.input);
  const auto names = infer::label_names(model.description);
  std::vector<std::string> columns{"id", "label"};
  for (const auto& name : names) columns.push_back(column_of(name));
  Comparison comparison;
  std::unique_ptr<ResultRows> rows;
  infer::Predictor predictor(model, options.average, [&](const infer::Prediction& prediction) {
    comparison.add(prediction);
    std::vector<ResultRows::Json> row{prediction.id, names[static_cast<std::size_t>(prediction.label)]};
    for (const double probability : prediction.probabilities) row.push_back(rounded(probability));
    rows->add(row);
  });
  rows = std::make_unique<ResultRows>(options.out, options.output.json, columns);
  rows->set_head({{"command", "predict"}, {"model", options.model.model}, {"input", options.input}, {"labels", names}});
  CountLine line("sequences");
  tasks::for_each_sequence(options.input, [&](const tasks::SequenceRecord& record) {
    predictor.add(record);
    attention.add(record);
    line.add(record.sequence.size());
  });
  predictor.finish();
  line.finish();
  rows->finish({{"sequences", line.count()}, {"scores", comparison.scores(model.description.classes)}});
}

}  // namespace

void add_predict(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("predict", "Class probabilities of sequences under a fine-tuned model");
  command
      ->add_option("input", options->input,
                   "FASTA (.gz too), .2bit, or a table (TSV or CSV with a column sequence; id and label if you like)")
      ->required();
  add_model_flags(*command, options->model);
  command
      ->add_option("--average", options->average,
                   "what is averaged over the pieces of a sequence that is longer than the model's positions: pooled "
                   "(outputs before the classifier) or logits (default: pooled)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, nn::Average>{{"pooled", nn::Average::pooled},
                                                                             {"logits", nn::Average::logits}})
                      .description(""));
  command->add_option("--out", options->out, "file of the table (default: standard output)");
  add_attention_flags(*command, options->attention);
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
