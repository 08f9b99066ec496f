// What finetune and eval-gue left in results.json, read back: scores by task or set, by method, by run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cmgems::apps {

/// The words for a score in results.json: accuracy, balanced_accuracy, f1, precision, recall, mcc, auc.
const std::vector<std::string>& score_words();

struct ScoredRun {
  std::optional<std::int64_t> seed;      // none: nothing was drawn, as for the k-mers and the majority class of GUE
  std::map<std::string, double> scores;  // by word; undefined ones are missing
};

struct ScoredMethod {
  std::string name;
  std::string kind;  // model, kmer, majority, random-encoder; "baseline" where the file does not say
  std::vector<ScoredRun> runs;
};

/// The scores of all runs that have one.
std::vector<double> values_of(const std::vector<ScoredRun>& runs, const std::string& metric);

/// Scores of runs that belong together.
struct PairedScores {
  std::vector<double> ours, reference;
  void add(double our, double other) {
    ours.push_back(our);
    reference.push_back(other);
  }
};
/// Runs with the same seed; a run without one stands beside every run of the other method.
PairedScores pairs_by_seed(const std::vector<ScoredRun>& ours, const std::vector<ScoredRun>& reference,
                           const std::string& metric);

/// One few-shot task at one number of shots, one GUE set, or own data.
struct ScoredTask {
  std::string name;                   // "prom-core-10", "tf/4"; own data: its training table
  std::string task;                   // of few-shot and own data, empty for a set
  std::int64_t shots = 0;             // 0 = every row, and for a set
  bool gue = false;                   // `name` is a set of GUE
  std::string metric;                 // the word that is compared when none is asked for
  std::size_t train_rows = 0;         // that draws were made from
  std::size_t test_rows = 0;          // 0 = not said
  std::string tables;                 // of own data: "/d/train.tsv and /d/test.tsv"; a name says nothing about them
  std::vector<ScoredMethod> methods;  // the model first
};

struct ScoredResults {
  std::string name;   // as it was given
  std::string model;  // folder, or "random"
  std::vector<ScoredTask> tasks;
};

/// `given`: a run folder of finetune or eval-gue, or a results.json of one (finetune: of one task or of several).
/// Throws: InputNotFound (nothing there, or a run without results); DataError (not what these commands write).
ScoredResults read_scored_results(const std::string& given);

}  // namespace cmgems::apps
