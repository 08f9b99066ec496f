// What run folders hold, as plain values: the input of a report. docs/run-folder.md has every file and key.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cmgems::apps::report {

/// Of a number that is not there.
inline const double kNone = std::nan("");

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// run.json and config.json.
struct Record {
  std::filesystem::path folder;
  std::string name;  // how the page calls the run: the strategy of a pretraining, else its folder
  std::string command, device, host, written_at;
  std::vector<std::string> command_line;                        // of the last session
  std::vector<std::vector<std::string>> earlier_command_lines;  // the oldest first
  bool finished = false;
  bool in_use = false;  // by a process that works on it now
  std::int64_t threads = 0, seed = 0;
  std::int64_t parameters = 0;  // 0: not told
  bool bf16 = false;
  Pairs versions, hashes;
  std::map<std::string, double> seconds;  // by phase
  std::vector<std::string> accepted;      // a sentence for each difference that the run was continued with
  Pairs settings;                         // config.json: key.path and value, in its order

  /// The value of a key, empty when there is none.
  std::string setting(const std::string& key) const;
  double number(const std::string& key) const;
};

/// Figures of the masks of one masker in one event.
struct Masks {
  std::string masker;
  double examples = 0, tokens = 0;
  double masked = kNone, hidden_bases = kNone, spans = kNone, pmi_spans = kNone, twice = kNone;
  double masked_npmi = kNone, all_npmi = kNone;
};

struct Training {
  std::int64_t step = 0, steps = 0;  // the last step, and how many are summed up
  double loss = kNone, learning_rate = kNone, gradient = kNone, largest_gradient = kNone, tokens = 0;
  std::vector<Masks> masks;
};

struct Measurement {
  std::int64_t step = 0;
  double loss = kNone, perplexity = kNone;
  std::string masker;
};

struct Switch {
  std::int64_t step = 0;
  std::string from, to;
  double perplexity = kNone;
};

struct Remark {
  std::int64_t step = 0;
  std::string text;
};

/// metrics.jsonl.
struct Metrics {
  std::vector<Training> training;
  std::vector<Measurement> measurements;
  std::vector<Switch> switches;
  std::vector<Remark> skipped, spikes;
  double tokens = kNone;           // of the whole run; NaN until it is done
  std::int64_t skipped_steps = 0;  // as the done event counts them
  bool done = false, cut = false;  // cut: the last line of an unfinished run was not whole
};

struct Pretraining {
  Record record;
  std::optional<Metrics> metrics;  // none: the file is not there
  std::vector<Remark> events;      // timing.jsonl: saves that failed, stops, continuations
  std::size_t failed_saves = 0;    // of the events
  std::size_t damaged_timing = 0;  // lines of timing.jsonl that were left out
  double tokens_per_second = kNone;
};

using Confusion = std::vector<std::vector<std::int64_t>>;  // [true class][predicted class]

struct Scores {
  std::optional<std::int64_t> seed;      // none: nothing is drawn
  std::map<std::string, double> values;  // accuracy, f1, precision, recall, mcc, auc; NaN where undefined
  Confusion confusion;                   // empty: not told
  bool collapsed = false;

  /// NaN when it is not told.
  double value(const std::string& metric) const;
  /// ", seed 42", or nothing.
  std::string seed_words() const;
};

enum class Kind { model, kmer, majority, random_encoder, other };

struct Method {
  std::string name;
  Kind kind = Kind::other;
  std::vector<Scores> runs;

  std::vector<double> values(const std::string& metric) const;
};

/// Where rows came from.
struct Source {
  std::string path;  // as the result names it; empty for GUE
  std::string hash;  // SHA-256 of the file, empty when the run did not record it
};

/// The same file by its content where both tell it, else by its path.
bool same_source(const Source& a, const Source& b);

/// One task or one set of GUE: every method on the same rows.
struct Evaluation {
  std::string task;                   // its key: prom-core, prom/prom_core_tata
  std::string name;                   // in words, may be empty
  std::string metric = "accuracy";    // what the task is judged by
  std::string model;                  // folder, or random
  std::optional<std::int64_t> shots;  // rows per class; none: every row
  std::int64_t classes = 0, training_rows = 0, test_rows = 0;
  Source pool, test;
  std::optional<std::int64_t> split_seed;  // which test rows were drawn from the pool; none: they have a file
  std::vector<std::string> labels;         // names of the classes, may be empty
  Pairs plan;                              // epochs, learning rate ...
  std::vector<Method> methods;
  std::vector<std::string> notes;

  /// prom-core-10; prom-core for every row; prom/prom_core_tata.
  std::string title() const;
  /// Whether scores of both are of the same rows: task, shots, files, and the draw of the test rows.
  bool same_rows(const Evaluation& other) const;
};

/// finetune, eval-gue.
struct Evaluated {
  Record record;
  std::vector<Evaluation> evaluations;  // empty while the run is unfinished
  std::vector<std::string> absent;      // sentences about tasks and sets that were not there
};

struct Runs {
  std::vector<Pretraining> pretrainings;
  std::vector<Evaluated> few_shot, gue;
  bool empty() const { return pretrainings.empty() && few_shot.empty() && gue.empty(); }
};

/// Every run of the folders: one of pretrain, finetune or eval-gue, or a folder that holds such folders up to four
/// levels below (reproduce, sweep, runs/). A run that is named twice counts once.
/// Throws: InputNotFound (no run there), DataError (a file that is not what a run writes: file, line, what is wrong).
Runs read_runs(const std::vector<std::filesystem::path>& folders);

}  // namespace cmgems::apps::report
