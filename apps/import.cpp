// cmgems import: weights of other programs -> a model folder.
#include "cmgems/formats/import.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using formats::ImportPlan;
using formats::PlacedTensor;
using nlohmann::ordered_json;

constexpr const char* kExample =
    "Example, DNABERT's folder with pytorch_model.bin, config.json and vocab.txt:\n"
    "  cmgems import 6-new-12w-0 --out models/dnabert6\n"
    "What is in a file, and where it would go:\n"
    "  cmgems import pytorch_model.bin --config config.json --vocab vocab.txt --dry-run";

struct Options {
  OutputFlags output;
  std::string weights, out;
  std::optional<std::string> config, vocabulary;
  bool dry_run = false;
};

formats::ImportSource source_of(const Options& options) {
  return {options.weights, options.config, options.vocabulary};
}

/// Before anything is read. Throws: UsageError.
void check_out(const Options& options) {
  if (options.out.empty() && !options.dry_run) throw UsageError("import needs --out MODEL, the folder to write");
  if (!options.dry_run && std::filesystem::exists(options.out)) {
    throw UsageError("--out " + options.out + " exists; name a new folder, or remove that one first");
  }
}

std::string destination(const PlacedTensor& tensor) {
  switch (tensor.use) {
    case PlacedTensor::Use::taken:
      return tensor.target;
    case PlacedTensor::Use::copy:
      return tensor.target + " (" + tensor.reason + ")";
    case PlacedTensor::Use::dropped:
      return "left out: " + tensor.reason;
    case PlacedTensor::Use::unexpected:
      return "unexpected";
    case PlacedTensor::Use::wrong:
      return tensor.target + " (does not fit: " + tensor.reason + ")";
  }
  return {};
}

const char* use_name(PlacedTensor::Use use) {
  switch (use) {
    case PlacedTensor::Use::taken:
      return "taken";
    case PlacedTensor::Use::copy:
      return "copy";
    case PlacedTensor::Use::dropped:
      return "left out";
    case PlacedTensor::Use::unexpected:
      return "unexpected";
    case PlacedTensor::Use::wrong:
      return "does not fit";
  }
  return "";
}

ordered_json tensors_json(const ImportPlan& plan) {
  ordered_json list = ordered_json::array();
  for (const auto& entry : plan.placement.placed) {
    list.push_back({{"name", entry.tensor.name},
                    {"dtype", formats::name_of(entry.tensor.dtype)},
                    {"shape", entry.tensor.shape},
                    {"use", use_name(entry.use)},
                    {"target", entry.target},
                    {"reason", entry.reason}});
  }
  return list;
}

std::uint64_t parameter_count(const ImportPlan& plan) {
  std::uint64_t count = 0;
  for (const auto& tensor : plan.wanted) count += *formats::size_in_bytes(formats::DType::u8, tensor.shape);
  return count;
}

ordered_json model_json(const ImportPlan& plan) {
  const auto& shape = plan.description.shape;
  ordered_json json = {{"kind", plan.description.classes > 0 ? "classifier" : "masked language model"},
                       {"k", plan.description.k},
                       {"num_hidden_layers", shape.num_hidden_layers},
                       {"hidden_size", shape.hidden_size},
                       {"parameters", parameter_count(plan)},
                       {"tensors", plan.wanted.size()}};
  if (plan.description.classes > 0) {
    json["labels"] = ordered_json::array();
    for (int label = 0; label < plan.description.classes; ++label) {
      json["labels"].push_back(formats::label_name(plan.description, label));
    }
  }
  return json;
}

void print_json(const Options& options, const ImportPlan& plan) {
  ordered_json json = {{"command", "import"}, {"weights", plan.weights.path.string()}};
  json["out"] = options.dry_run ? ordered_json(nullptr) : ordered_json(options.out);
  json["model"] = model_json(plan);
  json["notes"] = plan.notes;
  if (options.dry_run) {
    json["tensors"] = tensors_json(plan);
    json["missing"] = plan.placement.missing;
  }
  std::cout << json.dump(2) << "\n";
}

void print_text(const Options& options, const ImportPlan& plan) {
  if (options.dry_run) {
    ResultTable table({"tensor", "type", "shape", "goes to"});
    for (const auto& entry : plan.placement.placed) {
      table.add({entry.tensor.name, std::string(formats::name_of(entry.tensor.dtype)),
                 formats::shape_text(entry.tensor.shape), destination(entry)});
    }
    table.print(std::cout);
    for (const auto& name : plan.placement.missing) std::cout << "missing: " << name << "\n";
  }
  const auto& description = plan.description;
  std::cout << (description.classes > 0 ? "classifier of " + std::to_string(description.classes) + " classes"
                                        : std::string("masked language model"))
            << ", k=" << description.k << ", " << description.shape.num_hidden_layers << " layers of "
            << description.shape.hidden_size << ", " << format_count(parameter_count(plan)) << " parameters\n";
  if (!options.dry_run) std::cout << "model folder: " << options.out << "\n";
}

void run(const Options& options) {
  start_logging(options.output);
  check_out(options);
  const auto plan = formats::plan_import(source_of(options));
  log_debug("read " + plan.weights.path.string() + ": " + std::to_string(plan.weights.tensors.size()) + " tensors");
  for (const auto& note : plan.notes) log_info(note);
  if (!options.dry_run) formats::write_import(plan, options.out);
  options.output.json ? print_json(options, plan) : print_text(options, plan);
  if (options.dry_run) formats::require_complete(plan.placement, plan.weights.path);
}

}  // namespace

void add_import(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("import", "Turn DNABERT's or another program's BERT weights into a model folder");
  command
      ->add_option("weights", options->weights,
                   "pytorch_model.bin, a .safetensors file, or a folder with one of them; code in it is never run")
      ->required();
  command->add_option("--out", options->out, "model folder to write; must not exist");
  command->add_option("--config", options->config, "config.json of the model (default: the one beside the weights)");
  command->add_option("--vocab", options->vocabulary,
                      "its vocabulary (default: vocab.txt beside the weights, else tokenizer.json)");
  command->add_flag("--dry-run", options->dry_run, "list what is in the file and where it would go; write nothing");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
