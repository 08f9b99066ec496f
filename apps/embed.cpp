// cmgems embed: sequences -> a file of fp32 rows, their ids beside it.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "attention_files.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/row_files.h"
#include "cmgems/infer/embedder.h"
#include "command.h"
#include "inference.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;
using infer::Pool;

constexpr const char* kExample =
    "Example, after cmgems pretrain --config smoke.json --out runs/first:\n"
    "  cmgems embed --model runs/first sequences.fa --out embeddings.npy";

const std::map<std::string, Pool> kPools{{"mean", Pool::mean}, {"cls", Pool::cls}, {"tokens", Pool::tokens}};

struct Options {
  ModelFlags model;
  OutputFlags output;
  AttentionFlags attention;
  infer::EmbeddingOptions embedding;
  std::string input, out;
};

void check_format(const fs::path& out) {
  if (out.extension() == ".npy" || out.extension() == ".safetensors") return;
  throw UsageError("--out " + out.string() + ": expected a name that ends in .npy or .safetensors");
}

std::unique_ptr<formats::RowFile> make_file(const fs::path& out, std::int64_t width) {
  return out.extension() == ".npy" ? formats::make_npy_file(out, width) : formats::make_safetensors_file(out, width);
}

void print_json(const Options& options, std::uint64_t sequences, std::int64_t rows, std::int64_t width) {
  const bool offsets = options.embedding.pool == Pool::tokens && fs::path(options.out).extension() == ".npy";
  nlohmann::ordered_json result = {{"command", "embed"},     {"model", options.model.model},
                                   {"input", options.input}, {"sequences", sequences},
                                   {"rows", rows},           {"width", width},
                                   {"out", options.out},     {"ids", formats::ids_path(options.out).string()}};
  if (offsets) result["offsets"] = formats::offsets_path(options.out).string();
  std::cout << result.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void run(const Options& options) {
  start_logging(options.output);
  check_attention_flags(options.attention, options.input);
  check_format(options.out);
  for (const auto& out : {fs::path(options.out), formats::ids_path(options.out), formats::offsets_path(options.out)}) {
    prepare_output(out);
  }
  const auto model = open_model(options.model);
  AttentionFiles attention(options.attention, model, options.input);
  const std::int64_t width = model.description.shape.hidden_size;
  const bool tokens = options.embedding.pool == Pool::tokens;
  std::vector<std::int64_t> offsets;
  std::int64_t rows = 0;
  const auto file = make_file(options.out, width);
  infer::Embedder embedder(model, options.embedding, [&](const infer::EmbeddedRows& next) {
    if (tokens && next.begins) offsets.push_back(rows);
    rows += static_cast<std::int64_t>(next.values.size()) / width;
    file->append(next.values);
  });
  CountLine line("sequences");
  tasks::for_each_sequence(options.input, [&](const tasks::SequenceRecord& record) {
    embedder.add(record);
    attention.add(record);
    file->add_id(record.id);
    line.add(record.sequence.size());
  });
  embedder.finish();
  if (tokens) offsets.push_back(rows);
  file->finish(offsets);
  line.finish();
  if (options.output.json) print_json(options, line.count(), rows, width);
}

}  // namespace

void add_embed(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("embed", "Embeddings of sequences under a pretrained or fine-tuned model");
  command->add_option("input", options->input, "FASTA (.gz too), .2bit, or a table (TSV or CSV with a column sequence)")
      ->required();
  add_model_flags(*command, options->model);
  command
      ->add_option("--pool", options->embedding.pool,
                   "a row for each sequence: mean over its k-mers, or cls; or a row for each k-mer: tokens (default: "
                   "mean)")
      ->transform(CLI::CheckedTransformer(kPools).description(""));
  command->add_option("--layer", options->embedding.layer,
                      "states behind so many layers, 0 = the embeddings (default: the last)");
  command
      ->add_option("--out", options->out, "F.npy or F.safetensors; the ids go to the same name with .ids.txt behind it")
      ->required();
  add_attention_flags(*command, options->attention);
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
