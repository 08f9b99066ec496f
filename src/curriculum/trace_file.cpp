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

void add(Trace& trace, const Line& line, const Measurement& measurement) {
  if (!trace.curve.empty() && measurement.step <= trace.curve.back().step) {
    throw line.error("expected a step after " + std::to_string(trace.curve.back().step) + ", found " +
                     std::to_string(measurement.step) + "; give the curve of one run, in order");
  }
  if (!(measurement.perplexity > 0)) {
    throw line.error("expected a positive perplexity; remove the measurement if it is none");
  }
  trace.curve.push_back(measurement);
}

void add_event(Trace& trace, const Line& line) {
  try {
    const auto event = json::parse(line.text);
    if (event.at("event") == "eval") add(trace, line, {event.at("step"), event.at("perplexity")});
    if (event.at("event") == "switch") trace.switch_step = event.at("step").get<std::int64_t>();
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
    if (*end == '\0' && std::isfinite(value)) return value;
  }
  throw line.error(std::string("expected a ") + what + " in column " + std::to_string(column + 1) +
                   "; a trace is a table of steps and perplexities, or a run's metrics.jsonl");
}

void add_row(Trace& trace, const Line& line, const Columns& columns) {
  const auto fields = fields_of(line);
  const double step = number_of(line, fields, columns.step, "step");
  if (step < 0 || step != std::floor(step) || step > 1e15) throw line.error("expected a whole number of steps");
  add(trace, line, {static_cast<std::int64_t>(step), number_of(line, fields, columns.perplexity, "perplexity")});
}

}  // namespace

Trace read_trace(const std::filesystem::path& path) {
  Trace trace;
  const auto lines = lines_of(path);
  const bool events = !lines.empty() && lines.front().text.front() == '{';
  const auto header = lines.empty() || events ? std::nullopt : header_of(lines.front());
  for (const auto& line : lines) {
    if (events) {
      add_event(trace, line);
    } else if (!header || &line != &lines.front()) {
      add_row(trace, line, header.value_or(Columns{}));
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
