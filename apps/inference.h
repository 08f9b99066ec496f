// What the commands that ask a trained model share: which model, on what, and how far they are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cmgems/base/log.h"
#include "cmgems/infer/model.h"
#include "command.h"
#include "stopwatch.h"

namespace cmgems::apps {

struct ModelFlags {
  std::string model;
  ConfigFlags config;
};
/// --model (required), and the flags of a configuration, whose section compute counts.
void add_model_flags(CLI::App& command, ModelFlags& flags);

/// Starts the device and loads the model; says what it is. Throws: InputNotFound, DataError, UsageError.
infer::Model open_model(const ModelFlags& flags);

/// Refuses before the model loads what could not be written in the end, and makes the folders above it. Empty, which is
/// standard output, needs nothing. Throws: UsageError, IoError.
void prepare_output(const std::filesystem::path& out);

/// How many sequences are done and how fast, while it lasts and at the end.
class CountLine {
 public:
  explicit CountLine(std::string what) : what_(std::move(what)) {}
  void add(std::uint64_t bases);
  /// Logs the total.
  void finish();
  std::uint64_t count() const { return count_; }

 private:
  std::string text();
  std::string what_;
  std::uint64_t count_ = 0, bases_ = 0;
  Stopwatch watch_;
  double seconds_ = 0;
  Progress progress_;
};

}  // namespace cmgems::apps
