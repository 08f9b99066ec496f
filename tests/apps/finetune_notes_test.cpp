#include "../../apps/finetune_notes.h"

#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::apps;

namespace {

using Notes = std::vector<std::string>;

/// One run of a method.
MethodScores method(const std::string& name, const std::vector<int>& labels, const std::vector<int>& predictions) {
  return {name, name, {metrics::score_predictions(labels, predictions, {}, 2)}};
}

}  // namespace

TEST_CASE("where classes are uneven the model is compared by balanced accuracy", "[apps]") {
  const std::vector<int> labels{0, 0, 0, 0, 1};
  FinetuneResult result;
  result.methods = {method("model", labels, {0, 0, 1, 1, 1}),      // accuracy 3/5, balanced 3/4
                    method("majority", labels, {0, 0, 0, 0, 0})};  // accuracy 4/5, balanced 1/2
  CHECK(comparison_notes(result).empty());
  std::swap(result.methods[0], result.methods[1]);
  CHECK(comparison_notes(result) == Notes{"the fine-tuned model does not beat in balanced accuracy: model"});
}

TEST_CASE("where classes are even the model is compared by accuracy, equal ones are not beaten", "[apps]") {
  const std::vector<int> labels{0, 0, 1, 1};
  FinetuneResult result;
  result.methods = {method("model", labels, {0, 0, 1, 0}), method("kmer", labels, {0, 1, 1, 1}),
                    method("majority", labels, {0, 0, 0, 0})};
  CHECK(comparison_notes(result) == Notes{"the fine-tuned model does not beat in accuracy: kmer"});
}

TEST_CASE("collapsed runs are counted", "[apps]") {
  FinetuneResult result;
  result.model_runs.resize(3);
  CHECK(collapse_notes(result).empty());
  result.model_runs[1].collapsed = true;
  REQUIRE(collapse_notes(result).size() == 1);
  CHECK_THAT(collapse_notes(result)[0], Catch::StartsWith("1 of 3 runs collapsed"));
}
