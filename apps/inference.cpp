#include "inference.h"

#include <CLI/CLI.hpp>

#include "cmgems/base/atomic_file.h"
#include "inputs.h"

namespace cmgems::apps {

void add_model_flags(CLI::App& command, ModelFlags& flags) {
  command.add_option("--model", flags.model, "model folder, or run folder with a model")->required();
  add_config_flags(command, flags.config);
}

infer::Model open_model(const ModelFlags& flags) {
  auto config = load_config(flags.config);
  config::validate(config);
  const auto folder = model_folder_of(flags.model);
  start_compute(config.compute);
  auto model = infer::load_model(folder, nn::start_runtime(config.compute));
  const auto& shape = model.description.shape;
  log_info("model: " + folder.string() + ", k=" + std::to_string(model.description.k) + ", " +
           std::to_string(shape.num_hidden_layers) + " layers of " + std::to_string(shape.hidden_size) + ", " +
           (model.classifies() ? std::to_string(model.description.classes) + " classes" : "masked language model"));
  return model;
}

void prepare_output(const std::filesystem::path& out) {
  if (out.empty()) return;
  check_output_file(out);
  make_folders(out.parent_path());
}

void CountLine::add(std::uint64_t bases) {
  ++count_;
  bases_ += bases;
  progress_.show(text());
}

void CountLine::finish() {
  progress_.finish();
  log_info(text() + ", " + format_duration(seconds_));
}

std::string CountLine::text() {
  seconds_ += watch_.lap();
  return format_count(count_) + " " + what_ + ", " + format_count(bases_) + " bases, " +
         format_rate(static_cast<double>(bases_) / std::max(1e-9, seconds_)) + " bases/s";
}

}  // namespace cmgems::apps
