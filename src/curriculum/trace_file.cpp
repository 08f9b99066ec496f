#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/curriculum/replay.h"

namespace cmgems::curriculum {
namespace {

using nlohmann::json;

/// One line of the file, for messages.
struct Line {
  std::string file;
  std::size_t number;
  std::string text;

  DataError error(const std::string& problem) const {
    return DataError(file + ", line " + std::to_string(number) + ": " + problem);
  }
};

std::vector<Line> lines_of(const std::filesystem::path& path) {
  std::istringstream text(read_file(path));
  std::vector<Line> lines;
  std::string line;
  for (std::size_t number = 1; std::getline(text, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty() && line.front() != '#') lines.push_back({path.string(), number, line});
  }
  return lines;
}

/// Beyond it a double no longer holds every whole number.
constexpr double kMostSteps = 1e15;

std::int64_t step_of(const Line& line, double step) {
  const bool whole = step >= 0 && step <= kMostSteps && step == std::floor(step);
  if (!whole) {
    throw line.error("expected a whole number of steps, 0 or more");
  }
  return static_cast<std::int64_t>(step);
}

void add(Trace& trace, const Line& line, const Measurement& measurement, std::int64_t max_steps) {
  const auto step = std::to_string(measurement.step);
  if (!trace.curve.empty() && measurement.step <= trace.curve.back().step) {
    throw line.error("expected a step after " + std::to_string(trace.curve.back().step) + ", found " + step +
                     "; give the curve of one run, in order");
  }
  if (measurement.step > max_steps) {
    throw line.error("step " + step + " comes after the last step of the schedule, " + std::to_string(max_steps) +
                     "; give the curve of a run of that length, or raise train.max_steps");
  }
  const bool measured = measurement.perplexity > 0 && std::isfinite(measurement.perplexity);
  if (!measured) {
    throw line.error("expected a positive, finite perplexity; remove the measurement if it is none");
  }
  trace.curve.push_back(measurement);
}

/// A run writes null for a perplexity that is not finite.
double perplexity_of(const json& event) {
  const auto& value = event.at("perplexity");
  return value.is_null() ? std::nan("") : value.get<double>();
}

void add_event(Trace& trace, const Line& line, std::int64_t max_steps) {
  try {
    const auto event = json::parse(line.text);
    const auto step = [&] { return step_of(line, event.at("step").get<double>()); };
    if (event.at("event") == "eval") add(trace, line, {step(), perplexity_of(event)}, max_steps);
    if (event.at("event") == "switch") trace.switch_step = step();
  } catch (const json::exception&) {
    throw line.error(
        "expected an event of a run's metrics.jsonl, with step and perplexity where it is an eval event; give that "
        "file, or a table of steps and perplexities");
  }
}

/// Tabs, else commas, else any number of blanks separate; a cell may be empty only with the first two.
std::vector<std::string> fields_of(const Line& line) {
  std::istringstream stream(line.text);
  std::vector<std::string> fields;
  const char separator = line.text.find('\t') != std::string::npos ? '\t' : ',';
  if (line.text.find(separator) == std::string::npos) {
    for (std::string field; stream >> field;) fields.push_back(field);
    return fields;
  }
  for (std::string field; std::getline(stream, field, separator);) {
    field.erase(0, field.find_first_not_of(' '));
    field.erase(field.find_last_not_of(' ') + 1);
    fields.push_back(field);
  }
  return fields;
}

/// Which field is what.
struct Columns {
  std::size_t step = 0, perplexity = 1;
};

/// A header names its columns; without one there are the two.
std::optional<Columns> header_of(const Line& line) {
  const auto fields = fields_of(line);
  const auto step = std::find(fields.begin(), fields.end(), "step");
  const auto perplexity = std::find(fields.begin(), fields.end(), "perplexity");
  if (step == fields.end() || perplexity == fields.end()) return std::nullopt;
  return Columns{static_cast<std::size_t>(step - fields.begin()),
                 static_cast<std::size_t>(perplexity - fields.begin())};
}

double number_of(const Line& line, const std::vector<std::string>& fields, std::size_t column, const char* what) {
  if (column < fields.size() && !fields[column].empty()) {
    char* end = nullptr;
    const double value = std::strtod(fields[column].c_str(), &end);
    if (*end == '\0') return value;  // inf and nan are told by what the number is for
  }
  throw line.error(std::string("expected a ") + what + " in column " + std::to_string(column + 1) +
                   "; a trace is a table of steps and perplexities, or a run's metrics.jsonl");
}

void add_row(Trace& trace, const Line& line, const Columns& columns, std::int64_t max_steps) {
  const auto fields = fields_of(line);
  const auto step = step_of(line, number_of(line, fields, columns.step, "step"));
  add(trace, line, {step, number_of(line, fields, columns.perplexity, "perplexity")}, max_steps);
}

}  // namespace

Trace read_trace(const std::filesystem::path& path, std::int64_t max_steps) {
  Trace trace;
  const auto lines = lines_of(path);
  const bool events = !lines.empty() && lines.front().text.front() == '{';
  const auto header = lines.empty() || events ? std::nullopt : header_of(lines.front());
  for (const auto& line : lines) {
    if (events) {
      add_event(trace, line, max_steps);
    } else if (!header || &line != &lines.front()) {
      add_row(trace, line, header.value_or(Columns{}), max_steps);
    }
  }
  if (trace.curve.empty()) {
    throw DataError(path.string() +
                    ": no measurement of the perplexity; give the metrics.jsonl of a run that was evaluated, or a "
                    "table of steps and perplexities");
  }
  return trace;
}

}  // namespace cmgems::curriculum
