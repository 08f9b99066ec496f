#include "attention_files.h"

#include <CLI/CLI.hpp>
#include <charconv>

#include "attention_drawing.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/safetensors.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 60;

/// "000007_chr1_120" for the seventh sequence, chr1:120.
std::string file_stem(std::uint64_t number, const std::string& id) {
  std::string name = id.substr(0, kLongestName);
  for (char& c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + "_" + name;
}

template <class Value>
std::span<const std::byte> bytes_of(const std::vector<Value>& values) {
  return std::as_bytes(std::span(values));
}

void write_maps(const std::filesystem::path& path, const infer::AttentionMaps& maps) {
  const auto layers = static_cast<std::int64_t>(maps.layers.size());
  const std::vector<formats::TensorView> tensors{
      {"attention", formats::DType::f32, {layers, maps.heads, maps.tokens(), maps.tokens()}, bytes_of(maps.values)},
      {"input_ids", formats::DType::i32, {maps.tokens()}, bytes_of(maps.ids)},
      {"layers", formats::DType::i32, {layers}, bytes_of(maps.layers)}};
  formats::write_safetensors(path, tensors);
}

/// One line a base; the sequence's id stands for the chromosome, so that tracks of windows keep their names.
std::string bedgraph_text(std::string id, const std::vector<double>& importance) {
  for (char& c : id) c = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' ? '_' : c;
  std::string text = "track type=bedGraph name=\"" + id + "\" description=\"attention of [CLS], scaled to norm 1\"\n";
  for (std::size_t base = 0; base < importance.size(); ++base) {
    char number[32];
    const auto end = std::to_chars(number, number + sizeof number, static_cast<float>(importance[base])).ptr;
    text += id + "\t" + std::to_string(base) + "\t" + std::to_string(base + 1) + "\t" + std::string(number, end) + "\n";
  }
  return text;
}

}  // namespace

void add_attention_flags(CLI::App& command, AttentionFlags& flags) {
  command.add_option("--attention", flags.layers,
                     "export attention of these layers: all, or numbers from 0 with commas between them");
  command.add_option("--attention-out", flags.out,
                     "folder for it: for each sequence the probabilities (safetensors), the importance of its bases "
                     "(bedGraph) and a picture (SVG)");
  command.add_option("--attention-limit", flags.limit, "sequences at most, three files each")->capture_default_str();
}

void check_attention_flags(const AttentionFlags& flags, const fs::path& input) {
  if (flags.layers.empty() != flags.out.empty()) {
    throw UsageError("--attention LAYERS and --attention-out FOLDER belong together: give both, or neither");
  }
  if (flags.layers.empty()) return;
  if (fs::exists(input) && !fs::is_regular_file(input) && !fs::is_directory(input)) {
    throw UsageError("--attention reads its input twice, and " + input.string() +
                     " can be read only once: save it as a file");
  }
  if (fs::exists(flags.out) && !fs::is_directory(flags.out)) {
    throw UsageError("--attention-out " + flags.out + " is a file, a folder was expected");
  }
  if (fs::exists(flags.out) && !fs::is_empty(flags.out)) {
    throw UsageError("--attention-out " + flags.out +
                     " has files in it, of which some would be replaced and others left: name a new folder");
  }
}

AttentionFiles::AttentionFiles(const AttentionFlags& flags, const infer::Model& model,
                               const std::filesystem::path& input)
    : flags_(flags), model_(model) {
  if (flags.layers.empty()) return;
  layers_ = infer::parse_layers(flags.layers, model.description.shape.num_hidden_layers);
  std::uint64_t sequences = 0;
  tasks::for_each_sequence(input, [&](const tasks::SequenceRecord& record) {
    infer::check_one_window(model, record);
    if (++sequences <= flags.limit) return;
    throw UsageError(input.string() + " has more than " + std::to_string(flags.limit) +
                     " sequences, and attention makes three files of each: give fewer, or raise --attention-limit");
  });
  make_folders(flags.out);
}

void AttentionFiles::add(const tasks::SequenceRecord& record) {
  if (flags_.layers.empty()) return;
  const auto maps = infer::attention_of(model_, record, layers_);
  const auto importance = infer::base_importance(maps, model_.description.k);
  const auto stem = (std::filesystem::path(flags_.out) / file_stem(++count_, record.id)).string();
  write_maps(stem + ".safetensors", maps);
  write_file_atomic(stem + ".bedgraph", bedgraph_text(record.id, importance));
  write_file_atomic(stem + ".svg", attention_svg(record, maps, importance));
}

}  // namespace cmgems::apps
